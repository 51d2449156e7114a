// Latencies: the logarithm of the table, and the shape of what is drawn.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../harness/random.ts";
import { drawLatencyUs, naturalLogarithm, type LatencyModel } from "./latency.ts";

const model: LatencyModel = { minUs: 100, meanUs: 1_000, maxUs: 6_000, tailProbability: 0, tailMaxUs: 6_000 };

function draws(changes: Partial<LatencyModel>, count = 20_000): number[] {
  const random = seededRandom("latency");
  return Array.from({ length: count }, () => drawLatencyUs({ ...model, ...changes }, random));
}

describe("latencies", () => {
  test("use a logarithm of basic operations that agrees with the library's", () => {
    for (let x = 1 / 2_048; x <= 1; x += 1 / 2_048) expect(naturalLogarithm(x)).toBeCloseTo(Math.log(x), 12);
  });

  test("are whole microseconds between minimum and maximum with about the mean asked for", () => {
    const drawn = draws({});
    expect(drawn.every((us) => Number.isInteger(us) && us >= 100 && us <= 6_000)).toBe(true);
    const mean = drawn.reduce((sum, us) => sum + us, 0) / drawn.length;
    expect(mean).toBeGreaterThan(1_050);
    expect(mean).toBeLessThan(1_150);
  });

  test("have a tail as rare as asked for", () => {
    const outliers = draws({ tailProbability: 0.01, tailMaxUs: 50_000 }).filter((us) => us > 6_000);
    expect(outliers.length).toBeGreaterThan(140);
    expect(outliers.length).toBeLessThan(260);
    expect(Math.max(...outliers)).toBeGreaterThan(40_000);
  });

  test("are constant where nothing varies", () => {
    expect(new Set(draws({ meanUs: 0 }, 100))).toEqual(new Set([100]));
  });
});
