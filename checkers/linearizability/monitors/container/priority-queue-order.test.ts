// What the monitor of priority queues accuses and what it lets pass, by example and against brute force.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../harness/random.ts";
import type { Operation } from "../../../../harness/operation.ts";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { priorityQueueModel } from "../../models/priority-queue.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "../../models/priority-queue-operation.ts";
import type { MonitorAnswer } from "../../model.ts";
import { simulatedPriorityQueue } from "../../simulated/simulated-objects.ts";
import { clientHistory, mistakeOf, tangledHistory } from "./container-trial.fixture.ts";
import { priorityQueueOrder } from "./priority-queue-order.ts";

type Line = Handwritten<PriorityQueueInput, PriorityQueueOutput>;
const poll: PriorityQueueInput = { f: "poll", key: "q" };
const insert = (value: number): PriorityQueueInput => ({ f: "insert", key: "q", value });
const trial = { model: priorityQueueModel, monitor: priorityQueueOrder };

/** `[process, start, end, input, output]`; the answer has been compared with brute force and replayed. */
function answerTo(lines: readonly Line[]): MonitorAnswer {
  const operations = operationsOf(lines);
  expect(mistakeOf(trial, operations)).toBeUndefined();
  return priorityQueueOrder.decide(operations);
}

function verdictOf(lines: readonly Line[]): string {
  return answerTo(lines).verdict;
}

function suspectsOf(lines: readonly Line[]): readonly number[] {
  const answer = answerTo(lines);
  return answer.verdict === "invalid" ? answer.suspects : [];
}

describe("a value", () => {
  test("that was never inserted cannot be polled", () =>
    expect(
      suspectsOf([
        [0, 0, 1, insert(1), null],
        [0, 2, 3, poll, 2],
      ]),
    ).toEqual([1]));
  test("cannot be polled twice", () =>
    expect(
      suspectsOf([
        [0, 0, 1, insert(1), null],
        [0, 2, 3, poll, 1],
        [0, 4, 5, poll, 1],
      ]),
    ).toEqual([0, 1, 2]));
  test("cannot be polled before its insert began", () =>
    expect(
      suspectsOf([
        [0, 0, 1, poll, 1],
        [0, 2, 3, insert(1), null],
      ]),
    ).toEqual([0, 1]));
  test("can be polled while it is being inserted", () =>
    expect(
      verdictOf([
        [0, 0, 3, insert(1), null],
        [1, 1, 2, poll, 1],
      ]),
    ).toBe("valid"));
  test("that is inserted twice is left to others", () => {
    expect(
      priorityQueueOrder.decide(
        operationsOf<PriorityQueueInput, PriorityQueueOutput>([
          [0, 0, 1, insert(7), null],
          [0, 2, 3, insert(7), null],
        ]),
      ),
    ).toEqual({
      verdict: "inapplicable",
      why: "value 7 is inserted twice",
    });
  });
});

describe("two values", () => {
  const inserted: readonly Line[] = [
    [0, 0, 1, insert(1), null],
    [0, 2, 3, insert(2), null],
  ];
  test("come out the greater one first", () => expect(verdictOf([...inserted, [0, 4, 5, poll, 2], [0, 6, 7, poll, 1]])).toBe("valid"));
  test("do not come out the smaller one first", () => expect(suspectsOf([...inserted, [0, 4, 5, poll, 1], [0, 6, 7, poll, 2]])).toEqual([0, 1, 2, 3]));
  test("are compared as numbers", () =>
    expect(
      verdictOf([
        [0, 0, 1, insert(9), null],
        [0, 2, 3, insert(10), null],
        [0, 4, 5, poll, 10],
        [0, 6, 7, poll, 9],
      ]),
    ).toBe("valid"));
  test("may come out the smaller one first while the greater one is being inserted", () =>
    expect(
      verdictOf([
        [0, 0, 1, insert(1), null],
        [1, 2, 7, insert(2), null],
        [0, 3, 4, poll, 1],
        [0, 5, 6, poll, 2],
      ]),
    ).toBe("valid"));
  test("may come out in any order by polls at the same time", () => expect(verdictOf([...inserted, [0, 4, 7, poll, 1], [1, 5, 6, poll, 2]])).toBe("valid"));
  test("do not pass when the greater one stays in", () => expect(suspectsOf([...inserted, [0, 4, 5, poll, 1]])).toEqual([0, 1, 2]));
  test("pass when the smaller one stays in", () => expect(verdictOf([...inserted, [0, 4, 5, poll, 2]])).toBe("valid"));
});

test("a value whose poll is covered by two greater ones only together is accused with both of them", () => {
  const lines: readonly Line[] = [
    [0, 0, 7, insert(1), null],
    [1, 1, 2, insert(3), null],
    [1, 3, 5, insert(2), null],
    [2, 4, 8, poll, 1],
    [1, 6, 10, poll, 3],
    [0, 9, 11, poll, 2],
  ];
  expect(suspectsOf(lines)).toEqual([0, 1, 2, 3, 4, 5]);
  for (const value of [1, 2, 3]) {
    const without = lines.filter(([, , , input, output]) => output !== value && !(input.f === "insert" && input.value === value));
    expect(verdictOf(without)).toBe("valid");
  }
});

test("a poll that has to wait for a greater value makes its own value be in longer, which excludes nothing else", () =>
  expect(
    verdictOf([
      [0, 0, 1, insert(2), null],
      [1, 2, 3, insert(3), null],
      [2, 4, 5, insert(1), null],
      [0, 6, 13, poll, 2],
      [2, 7, 12, poll, 1],
      [1, 8, 9, poll, 3],
    ]),
  ).toBe("valid"));

describe("a poll that found nothing", () => {
  test("is wrong while a value is in", () =>
    expect(
      suspectsOf([
        [0, 0, 1, insert(1), null],
        [0, 2, 3, poll, null],
      ]),
    ).toEqual([0, 1]));
  test("is wrong while one value after the other is in", () =>
    expect(
      suspectsOf([
        [0, 0, 1, insert(2), null],
        [2, 2, 9, poll, null],
        [1, 3, 4, insert(1), null],
        [0, 5, 6, poll, 2],
        [1, 10, 11, poll, 1],
      ]),
    ).toEqual([0, 1, 2, 3, 4]));
  test("is right between two values", () =>
    expect(
      verdictOf([
        [0, 0, 1, insert(1), null],
        [2, 2, 9, poll, null],
        [0, 3, 4, poll, 1],
        [1, 5, 6, insert(2), null],
      ]),
    ).toBe("valid"));
});

describe("an insert of unknown outcome", () => {
  test("took effect if its value came out", () =>
    expect(
      verdictOf([
        [0, 0, undefined, insert(1)],
        [1, 1, 2, poll, 1],
      ]),
    ).toBe("valid"));
  test("may have taken effect late", () =>
    expect(
      verdictOf([
        [0, 0, undefined, insert(2)],
        [1, 1, 2, insert(1), null],
        [1, 3, 4, poll, 1],
        [1, 5, 6, poll, 2],
      ]),
    ).toBe("valid"));
  test("need not have taken effect", () =>
    expect(
      verdictOf([
        [0, 0, undefined, insert(1)],
        [1, 1, 2, poll, null],
      ]),
    ).toBe("valid"));
});

describe("a poll of unknown outcome", () => {
  const inserted: readonly Line[] = [
    [0, 0, 1, insert(1), null],
    [0, 2, 3, insert(2), null],
  ];
  test("may have taken out what was in the way", () => expect(verdictOf([...inserted, [1, 4, undefined, poll], [0, 5, 6, poll, 1]])).toBe("valid"));
  test("may have had no effect", () => expect(verdictOf([...inserted, [1, 4, undefined, poll], [0, 5, 6, poll, 2], [0, 7, 8, poll, 1]])).toBe("valid"));
  test("cannot have taken out anything before it began", () =>
    expect(suspectsOf([...inserted, [0, 4, 5, poll, 1], [1, 6, undefined, poll]])).toEqual([0, 1, 2]));
  test("takes out one value only", () => {
    const three: readonly Line[] = [...inserted, [0, 4, 5, insert(3), null], [1, 6, undefined, poll]];
    expect(verdictOf([...three, [0, 7, 8, poll, 2]])).toBe("valid");
    expect(suspectsOf([...three, [0, 7, 8, poll, 1]])).toEqual([0, 1, 2, 3, 4]);
  });
  test("cannot have taken out a value while a greater one was in", () =>
    expect(
      verdictOf([
        [0, 0, 1, insert(1), null],
        [0, 2, 3, insert(2), null],
        [0, 4, 5, insert(3), null],
        [1, 6, undefined, poll],
        [0, 7, 8, poll, 1],
        [0, 9, 10, poll, 3],
      ]),
    ).toBe("invalid"));
  test("may have emptied the queue", () => {
    expect(
      verdictOf([
        [0, 0, 1, insert(1), null],
        [1, 2, undefined, poll],
        [0, 3, 4, poll, null],
      ]),
    ).toBe("valid");
    expect(
      verdictOf([
        [0, 0, 1, insert(1), null],
        [0, 3, 4, poll, null],
        [1, 5, undefined, poll],
      ]),
    ).toBe("invalid");
  });
  test("that is over took effect before its end or never", () => {
    const operations = operationsOf<PriorityQueueInput, PriorityQueueOutput>([
      [1, 0, undefined, poll],
      [0, 2, 3, insert(1), null],
      [0, 4, 5, poll, null],
    ]);
    const over = operations.map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1 } : operation));
    expect(priorityQueueOrder.decide(operations).verdict).toBe("valid");
    expect(priorityQueueOrder.decide(over).verdict).toBe("invalid");
    expect(mistakeOf(trial, over)).toBeUndefined();
  });
});

describe("on random histories it agrees with brute force, its linearizations hold and its suspects contradict each other", () => {
  const batchSize = 4_000;
  const words = { put: insert, remove: poll, value: Number };
  const object = simulatedPriorityQueue({ keyCount: 1, valueCount: 0 });
  const generators: readonly [string, (seed: string) => Operation<PriorityQueueInput, PriorityQueueOutput>[]][] = [
    ["of tangled values", (seed) => tangledHistory(words, seededRandom(seed))],
    ["of simulated clients", (seed) => clientHistory(object, seededRandom(seed))],
  ];
  for (const [name, generate] of generators) {
    test.each([0, 1, 2])(`${name}, batch %d`, (batch) => {
      const counts = { valid: 0, invalid: 0, inapplicable: 0 };
      for (let index = batch * batchSize; index < (batch + 1) * batchSize; index++) {
        const operations = generate(`priority queue ${name} ${index}`);
        expect({ index, mistake: mistakeOf(trial, operations) }).toEqual({ index, mistake: undefined });
        counts[priorityQueueOrder.decide(operations).verdict]++;
      }
      expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(batchSize / 5);
    });
  }
});
