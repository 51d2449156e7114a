// Where times, outcomes or other operations leave a doubt, nothing special is said: the generic sentence is always true.
import { expect, test } from "vitest";
import type { Json } from "../../../harness/json.ts";
import type { Input } from "../../../harness/operation.ts";
import { operationsOf, type Handwritten } from "../simulated/handwritten.ts";
import type { Model } from "../model.ts";
import { counterModel } from "./counter.ts";
import { fifoQueueModel } from "./fifo-queue.ts";
import { mutexModel } from "./mutex.ts";
import { priorityQueueModel } from "./priority-queue.ts";
import { growingSetModel, setModel } from "./set.ts";
import { stackModel } from "./stack.ts";

/** Of lines that need not be a witness; the last one is the culprit. */
function saidOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, lines: readonly Handwritten<I, O>[]): string | undefined {
  const operations = operationsOf(lines);
  const culprit = operations.at(-1);
  if (culprit === undefined || model.explain === undefined) throw new Error("there is something to explain");
  return model.explain(operations, culprit);
}

const key = "k";
const lost = undefined;

test("of a queue when the order of two values is open, or there is more to it", () => {
  const [dequeue, enqueue] = [{ f: "dequeue", key } as const, (value: string) => ({ f: "enqueue", key, value }) as const];
  const [a, b] = [[0, 0, 1, enqueue("a"), null] as const, [0, 2, 3, enqueue("b"), null] as const];
  const said = (...lines: readonly Handwritten<ReturnType<typeof enqueue> | typeof dequeue, string | null>[]): string | undefined =>
    saidOf(fifoQueueModel, lines);
  expect(said(a, b, [1, 4, 5, dequeue, "b"])).toBe("process 1 dequeued b although a, enqueued before it, was still in");
  expect(said([0, 0, 3, enqueue("a"), null], [1, 1, 4, enqueue("b"), null], [1, 5, 6, dequeue, "b"])).toBeUndefined();
  expect(said([0, 0, lost, enqueue("a")], [1, 1, 4, enqueue("b"), null], [1, 5, 6, dequeue, "b"])).toBeUndefined();
  expect(said(a, b, [2, 4, 5, enqueue("c"), null], [1, 6, 7, dequeue, "b"])).toBeUndefined();
  expect(said(a, b, [1, 4, 5, dequeue, "b"], [2, 6, 7, dequeue, "a"])).toContain("only after");
  expect(said(a, b, [1, 4, 7, dequeue, "b"], [2, 5, 8, dequeue, "a"])).toBeUndefined();
  expect(said(a, b, [3, 4, 5, enqueue("c"), null], [1, 6, 7, dequeue, "b"], [2, 8, 9, dequeue, "a"])).toBeUndefined();
  expect(said(a, [1, 2, 3, dequeue, "a"], [2, 4, 5, dequeue, "a"])).toContain("only once");
  expect(said(a, [1, 2, 3, dequeue, "a"], [2, 4, 5, dequeue, "a"], [3, 6, 7, dequeue, "a"])).toBeUndefined();
  expect(said(b, [1, 4, 5, dequeue, "a"], [2, 6, 7, dequeue, "a"])).toBeUndefined();
  expect(said(a, [1, 2, 3, enqueue("c"), null])).toBeUndefined();
});

test("of a queue that was found empty when it may have been so", () => {
  const [dequeue, enqueue] = [{ f: "dequeue", key } as const, (value: string) => ({ f: "enqueue", key, value }) as const];
  const said = (...lines: readonly Handwritten<ReturnType<typeof enqueue> | typeof dequeue, string | null>[]): string | undefined =>
    saidOf(fifoQueueModel, lines);
  expect(said([0, 0, 1, enqueue("a"), null], [1, 4, 9, dequeue, null])).toBe("process 1 found the queue empty although a was in all that time");
  expect(said([0, 0, 1, enqueue("a"), null], [2, 2, 3, dequeue, "a"], [1, 4, 9, dequeue, null])).toBeUndefined();
  expect(said([0, 5, 6, enqueue("a"), null], [1, 4, 9, dequeue, null])).toBeUndefined();
  expect(said([0, 0, lost, enqueue("a")], [1, 4, 9, dequeue, null])).toBeUndefined();
  expect(said([0, 0, 1, enqueue("a"), null], [0, 2, 3, enqueue("a"), null], [1, 4, 9, dequeue, null])).toBeUndefined();
  const relay: readonly Handwritten<ReturnType<typeof enqueue> | typeof dequeue, string | null>[] = [
    [0, 0, 1, enqueue("a"), null],
    [0, 5, 6, enqueue("b"), null],
  ];
  expect(said(...relay, [2, 7, 11, dequeue, "a"], [1, 4, 12, dequeue, null])).toBe(
    "process 1 found the queue empty although a or b was in at every moment of that call",
  );
  expect(said(...relay, [2, 5.5, 11, dequeue, "a"], [1, 4, 12, dequeue, null])).toBeUndefined();
});

test("of a stack or a priority queue when the values may have been in another order", () => {
  const [pop, push] = [{ f: "pop", key } as const, (value: string) => ({ f: "push", key, value }) as const];
  const popped: Handwritten<ReturnType<typeof push> | typeof pop, string | null> = [1, 6, 7, pop, "b"];
  expect(saidOf(stackModel, [[0, 0, 1, push("b"), null], [0, 2, 3, push("a"), null], popped])).toContain("on top of it");
  expect(saidOf(stackModel, [[0, 0, 4, push("b"), null], [2, 2, 3, push("a"), null], popped])).toBeUndefined();
  expect(saidOf(stackModel, [[0, 0, 1, push("b"), null], [2, 2, 6.5, push("a"), null], popped])).toBeUndefined();
  const [poll, insert] = [{ f: "poll", key } as const, (value: number) => ({ f: "insert", key, value }) as const];
  const after = (other: number): string | undefined =>
    saidOf(priorityQueueModel, [
      [0, 0, 1, insert(other), null],
      [0, 2, 3, insert(9), null],
      [1, 4, 5, poll, 9],
    ]);
  expect([after(5), after(15)]).toEqual([undefined, "process 1 polled 9 although 15 was in"]);
  expect(
    saidOf(priorityQueueModel, [
      [0, 0, 1, insert(9), null],
      [2, 2, 6, insert(15), null],
      [1, 4, 7, poll, 9],
    ]),
  ).toBeUndefined();
});

test("of a set when an element may have been removed or added meanwhile", () => {
  const on = (f: "add" | "remove" | "contains") => ({ f, key, element: "e" }) as const;
  expect(
    saidOf(setModel, [
      [0, 0, 1, on("add"), true],
      [1, 2, 3, on("contains"), false],
    ]),
  ).toContain("had added it before");
  expect(
    saidOf(setModel, [
      [0, 0, 3, on("add"), true],
      [1, 2, 4, on("contains"), false],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(setModel, [
      [0, 0, 1, on("add"), true],
      [2, 2, 5, on("remove"), true],
      [1, 3, 6, on("contains"), false],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(setModel, [
      [0, 0, 1, on("add"), true],
      [2, 2, 5, on("contains"), true],
      [1, 3, 6, on("contains"), false],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(setModel, [
      [0, 0, 1, on("add"), true],
      [1, 2, 3, on("contains"), true],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(setModel, [
      [0, 0, 1, on("add"), true],
      [2, 2, 5, on("remove"), true],
      [1, 3, 6, on("contains"), true],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(setModel, [
      [0, 0, 3, on("add"), true],
      [2, 2, 5, on("remove"), true],
      [1, 6, 7, on("contains"), true],
    ]),
  ).toBeUndefined();
  const [add, read] = [{ f: "add", key, element: "e" } as const, { f: "read", key } as const];
  expect(
    saidOf(growingSetModel, [
      [0, 0, 3, add, null],
      [1, 2, 4, read, []],
    ]),
  ).toBeUndefined();
  expect(saidOf(growingSetModel, [[1, 2, 4, read, ["e"]]])).toBeUndefined();
});

test("of a counter when several reads, or amounts that take away, may be to blame", () => {
  const [read, add] = [{ f: "read", key } as const, (amount: number) => ({ f: "add", key, amount }) as const];
  expect(
    saidOf(counterModel, [
      [0, 0, 1, read, 5],
      [1, 4, 5, read, 3],
    ]),
  ).toContain("had read 5 before");
  expect(
    saidOf(counterModel, [
      [0, 0, 1, read, 5],
      [0, 2, 3, read, 4],
      [1, 4, 5, read, 3],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(counterModel, [
      [0, 0, 3, read, 5],
      [1, 2, 5, read, 3],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(counterModel, [
      [0, 0, 1, read, 5],
      [2, 2, lost, add(-1)],
      [1, 4, 5, read, 3],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(counterModel, [
      [0, 0, 1, add(3), null],
      [1, 4, 5, read, 2],
    ]),
  ).toBe("process 1 read 2 although 3 had been added before the read began");
  expect(
    saidOf(counterModel, [
      [0, 0, 1, add(1), null],
      [1, 4, 5, read, 2],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(counterModel, [
      [0, 0, 4.5, add(3), null],
      [1, 4, 5, read, 2],
    ]),
  ).toBeUndefined();
});

test("of a lock when the holder may have been another one", () => {
  const on = (f: "acquire" | "release", owner: string) => ({ f, key, owner }) as const;
  expect(
    saidOf(mutexModel, [
      [0, 0, 1, on("acquire", "p"), true],
      [1, 2, 3, on("acquire", "q"), true],
    ]),
  ).toContain("p had acquired it before");
  expect(
    saidOf(mutexModel, [
      [0, 0, 2.5, on("acquire", "p"), true],
      [1, 2, 3, on("acquire", "q"), true],
    ]),
  ).toContain("p had acquired it too");
  expect(
    saidOf(mutexModel, [
      [0, 0, 1, on("acquire", "p"), true],
      [1, 2, 3, on("release", "q"), false],
    ]),
  ).toBeUndefined();
  expect(
    saidOf(mutexModel, [
      [0, 0, 5, on("acquire", "p"), true],
      [1, 1, 6, on("release", "p"), false],
    ]),
  ).toBeUndefined();
  expect(saidOf(mutexModel, [[0, 0, 1, on("acquire", "p"), true]])).toBeUndefined();
  expect(saidOf(mutexModel, [[0, 0, 1, on("release", "p"), false]])).toBeUndefined();
});
