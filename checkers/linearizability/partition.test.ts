// What is left out of a history must not matter. The examples are small, the rules behind them easy to get wrong.
import { describe, expect, test } from "vitest";
import type { Operation } from "../../harness/operation.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { operationsOf } from "./simulated/handwritten.ts";
import type { Handwritten } from "./simulated/handwritten.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "./models/fifo-queue.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { partitionsOf } from "./partition.ts";

const write = (value: string): RegisterInput => ({ f: "write", key: "x", value });
const read: RegisterInput = { f: "read", key: "x" };
const cas = (from: string | null, to: string): RegisterInput => ({ f: "cas", key: "x", from, to });

type Lines = readonly Handwritten<RegisterInput, RegisterOutput>[];

function kept(operations: readonly Operation<RegisterInput, RegisterOutput>[]): readonly Operation<RegisterInput, RegisterOutput>[] {
  const found = partitionsOf(registerModel, operations).flatMap((part) => part.operations);
  expect(isLinearizableByBruteForce(registerModel, found)).toBe(isLinearizableByBruteForce(registerModel, operations));
  return found;
}

function idsOf(lines: Lines): number[] {
  return kept(operationsOf(lines)).map(({ id }) => id);
}

describe("of the operations on a register nobody knows the outcome of", () => {
  test("reads do not matter", () =>
    expect(
      idsOf([
        [0, 0, undefined, read],
        [1, 1, 2, read, null],
      ]),
    ).toEqual([1]));
  test("a write that nobody read does not matter, one that somebody read does", () => {
    expect(
      idsOf([
        [0, 0, undefined, write("1")],
        [1, 1, undefined, write("2")],
        [2, 2, 3, read, "2"],
      ]),
    ).toEqual([1, 2]);
  });
  test("a compare-and-set matters with its source, and the source of that", () => {
    expect(
      idsOf([
        [0, 0, undefined, write("1")],
        [1, 1, undefined, cas("1", "2")],
        [2, 2, undefined, cas("2", "3")],
        [3, 3, undefined, cas("4", "5")],
        [4, 4, 5, read, "3"],
      ]),
    ).toEqual([0, 1, 2, 4]);
  });
  test("as many writes of unseen values matter as compare-and-sets were refused", () => {
    expect(
      idsOf([
        [0, 0, undefined, write("7")],
        [1, 1, undefined, write("8")],
        [2, 2, 3, cas(null, "1"), false],
      ]),
    ).toEqual([0, 2]);
  });
  test("a write of a value that was refused is no substitute for one of another value", () => {
    expect(
      idsOf([
        [0, 0, undefined, write("1")],
        [1, 1, undefined, write("1")],
        [2, 2, undefined, write("5")],
        [3, 3, 4, cas(null, "9"), false],
        [3, 5, 6, cas("1", "9"), false],
      ]),
    ).toEqual([0, 1, 2, 3, 4]);
  });
  test("a write that must have happened early is no substitute for a later one", () => {
    const lines: Lines = [
      [0, 0, undefined, write("5")],
      [1, 2, undefined, write("6")],
      [2, 3, 4, { f: "delete", key: "x" }, null],
      [3, 10, 11, cas(null, "9"), false],
    ];
    const operations = operationsOf(lines).map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1 } : operation));
    expect(kept(operations).map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  });
});

test("failed operations and keys on which nothing was answered are left out", () => {
  const lines: Lines = [
    [0, 0, 1, write("1"), null],
    [1, 2, undefined, { f: "write", key: "y", value: "1" }],
    [2, 4, 5, read, "1"],
  ];
  const operations = operationsOf(lines).map((operation) => (operation.id === 2 ? { ...operation, type: "fail" as const } : operation));
  expect(partitionsOf(registerModel, operations).map(({ key, operations: part }) => [key, part.map(({ id }) => id)])).toEqual([["x", [0]]]);
});

test("all operations of one object are its part, without a copy", () => {
  const operations = operationsOf<RegisterInput, RegisterOutput>([
    [0, 0, 1, write("1"), null],
    [1, 2, 3, read, "1"],
  ]);
  expect(partitionsOf(registerModel, operations).map((part) => part.operations)[0]).toBe(operations);
});

test("operations of two objects are two parts, also where all of them matter", () => {
  const operations = operationsOf<RegisterInput, RegisterOutput>([
    [0, 0, 1, write("1"), null],
    [0, 2, 3, { f: "write", key: "y", value: "1" }, null],
  ]);
  expect(partitionsOf(registerModel, operations).map(({ key }) => key)).toEqual(["x", "y"]);
});

test("an object on which nothing was answered is no part, whatever its model says of such operations", () => {
  const operations = operationsOf<QueueInput, QueueOutput>([[0, 0, undefined, { f: "enqueue", key: "q", value: "1" }]]);
  expect(partitionsOf(fifoQueueModel, operations)).toEqual([]);
});

test("the parts come in order of their first operation, and their operations in order of invocation", () => {
  const other = (key: string): RegisterInput => ({ f: "write", key, value: "1" });
  const operations = operationsOf<RegisterInput, RegisterOutput>([
    [0, 0, 1, other("b"), null],
    [0, 2, 3, other("a"), null],
    [0, 4, 5, other("b"), null],
    [1, 6, undefined, { f: "read", key: "b" }],
    [0, 7, 8, other("c"), null],
    [0, 9, 10, other("a"), null],
  ]);
  expect(partitionsOf(registerModel, operations).map(({ key, operations: part }) => [key, part.map(({ id }) => id)])).toEqual([
    ["b", [0, 2]],
    ["a", [1, 5]],
    ["c", [4]],
  ]);
  expect(partitionsOf(registerModel, [])).toEqual([]);
});

test("a long chain of indeterminate compare-and-sets matters as a whole, in time that grows with its length", () => {
  const count = 20_000;
  const links = Array.from({ length: count }, (_, index): Lines[number] => [index, index, undefined, cas(String(count - index - 1), String(count - index))]);
  const operations = operationsOf<RegisterInput, RegisterOutput>([...links, [count, count, count + 1, read, String(count)]]);
  expect(partitionsOf(registerModel, operations)[0]?.operations).toHaveLength(count + 1);
});
