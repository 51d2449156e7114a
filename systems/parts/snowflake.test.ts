import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSnowflake, encodeSnowflake, fitsSnowflake, snowflakeEpochMs } from "./snowflake.ts";

const fields = fc.record({
  timeMs: fc.integer({ min: snowflakeEpochMs, max: snowflakeEpochMs + 2 ** 41 - 1 }),
  slot: fc.integer({ min: 0, max: 1023 }),
  sequence: fc.integer({ min: 0, max: 4095 }),
});

describe("a snowflake id", () => {
  test("decodes to what was encoded", () => {
    fc.assert(
      fc.property(fields, (value) => {
        expect(decodeSnowflake(encodeSnowflake(value))).toEqual(value);
      }),
    );
  });

  test("is ordered by time, then slot, then sequence", () => {
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const order = a.timeMs - b.timeMs || a.slot - b.slot || a.sequence - b.sequence;
        const difference = BigInt(encodeSnowflake(a)) - BigInt(encodeSnowflake(b));
        expect(difference < 0n ? -1 : difference > 0n ? 1 : 0).toBe(Math.sign(order));
      }),
    );
  });

  test("of Twitter is read as Twitter reads it", () => {
    // Tweet 1541815603606036480, 2022-06-28T16:07:40.105Z, worker 378, sequence 0 (the worked example of the Snowflake article in Wikipedia).
    expect(decodeSnowflake("1541815603606036480")).toEqual({ timeMs: Date.UTC(2022, 5, 28, 16, 7, 40, 105), slot: 378, sequence: 0 });
  });

  test("refuses fields that do not fit", () => {
    const good = { timeMs: snowflakeEpochMs, slot: 0, sequence: 0 };
    expect(encodeSnowflake(good)).toBe("0");
    for (const bad of [
      { timeMs: snowflakeEpochMs - 1 },
      { timeMs: snowflakeEpochMs + 2 ** 41 },
      { slot: 1024 },
      { slot: -1 },
      { sequence: 4096 },
      { sequence: 0.5 },
    ]) {
      expect(() => encodeSnowflake({ ...good, ...bad })).toThrow(RangeError);
    }
    expect(fitsSnowflake(snowflakeEpochMs - 1)).toBe(false);
  });

  test("is not read from texts of another kind", () => {
    for (const text of ["", "-1", "01", "1e5", "9223372036854775808", "99999999999999999999", "0x10", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"])
      expect(decodeSnowflake(text)).toBeNull();
    expect(decodeSnowflake("9223372036854775807")).toEqual({ timeMs: snowflakeEpochMs + 2 ** 41 - 1, slot: 1023, sequence: 4095 });
  });
});
