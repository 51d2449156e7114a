// What the monitor of semaphores accuses and what it lets pass, by hand and against brute force.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { semaphore } from "../../models/semaphore.ts";
import type { SemaphoreInput, SemaphoreOutput } from "../../models/semaphore.ts";
import type { SimulatedObject } from "../../simulated/simulated-history.ts";
import { simulatedSemaphore } from "../../simulated/simulated-objects.ts";
import { agreementOf } from "../agreement.fixture.ts";
import { semaphorePermits } from "./semaphore-permits.ts";

const acquire: SemaphoreInput = { f: "acquire", key: "s" };
const release: SemaphoreInput = { f: "release", key: "s" };

type Line = Handwritten<SemaphoreInput, SemaphoreOutput>;

describe("with two permits", () => {
  test.each<[string, Line[], unknown]>([
    [
      "three are too many",
      [
        [0, 0, 1, acquire, true],
        [1, 2, 3, acquire, true],
        [2, 4, 5, acquire, true],
      ],
      { verdict: "invalid", suspects: [2, 1, 0] },
    ],
    ["a release needs an acquisition", [[0, 0, 1, release, true]], { verdict: "invalid", suspects: [0] }],
    [
      "a third may wait for a release that ends last",
      [
        [0, 0, 1, acquire, true],
        [1, 2, 3, acquire, true],
        [0, 4, 9, release, true],
        [2, 5, 6, acquire, true],
      ],
      { verdict: "valid", order: [0, 1, 2, 3] },
    ],
    [
      "a third may follow a lost release",
      [
        [0, 0, 1, acquire, true],
        [1, 2, 3, acquire, true],
        [0, 4, undefined, release],
        [2, 5, 6, acquire, true],
      ],
      { verdict: "valid", order: [0, 1, 2, 3] },
    ],
    [
      "a release may follow a lost acquisition",
      [
        [0, 0, undefined, acquire],
        [1, 2, 3, release, true],
      ],
      { verdict: "valid", order: [0, 1] },
    ],
    [
      "refusals where they fit are fine",
      [
        [0, 0, 1, release, false],
        [0, 2, 3, acquire, true],
        [1, 4, 5, acquire, true],
        [2, 6, 7, acquire, false],
      ],
      { verdict: "valid", order: [0, 1, 2, 3] },
    ],
    [
      "other refusals are left to the search",
      [
        [0, 0, 9, acquire, true],
        [1, 1, 8, acquire, true],
        [2, 2, 3, acquire, false],
      ],
      { verdict: "inapplicable", why: "a refusal at a limit of 2 has no place in the first explanation" },
    ],
    ["an answer is missing", [[0, 0, 1, acquire]], { verdict: "inapplicable", why: "an answer is missing" }],
  ])("%s", (_name, lines, answer) => expect(semaphorePermits(2).decide(operationsOf(lines))).toEqual(answer));
});

test("with one permit refusals are exact", () => {
  const lines: Line[] = [
    [0, 0, 9, acquire, true],
    [1, 1, 8, release, true],
    [2, 2, 3, acquire, false],
    [2, 4, 5, release, false],
    [2, 6, 7, acquire, false],
  ];
  expect(semaphorePermits(1).decide(operationsOf(lines))).toEqual({ verdict: "invalid", suspects: [4, 1, 3, 0, 2] });
  expect(semaphorePermits(1).decide(operationsOf(lines.slice(0, 4)))).toEqual({ verdict: "valid", order: [0, 2, 1, 3] });
});

test("without permits there is nothing to decide", () => {
  expect(semaphorePermits(0).decide([])).toEqual({ verdict: "inapplicable", why: "there is no permit" });
});

describe("on random histories it agrees with brute force", () => {
  test.each([1, 2, 3])("with %i permits", (permits) => {
    const object: SimulatedObject<number, SemaphoreInput, SemaphoreOutput> = {
      ...simulatedSemaphore({ keyCount: 1, valueCount: 0 }),
      model: semaphore(permits),
      answer: (out, input) => (input.f === "acquire" ? out < permits : out > 0),
    };
    const { faults, valid, invalid } = agreementOf(object, semaphorePermits(permits), { historyCount: 7_000, maybes: 0.2 });
    expect(faults).toEqual([]);
    expect(Math.min(valid, invalid)).toBeGreaterThan(500);
  });
});
