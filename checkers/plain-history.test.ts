import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../harness/errors.ts";
import { stepLimits } from "../harness/checker.ts";
import { checkLinearizability } from "./linearizability/checker.ts";
import { registerModel } from "./linearizability/models/register.ts";
import type { RegisterInput, RegisterOutput } from "./linearizability/models/register.ts";
import { historyOf } from "./plain-history.ts";
import type { PlainOperation } from "./plain-history.ts";

type Plain = PlainOperation<RegisterInput, RegisterOutput>;

const write = (value: string): RegisterInput => ({ f: "write", key: "x", value });
const read: RegisterInput = { f: "read", key: "x" };

function verdictOf(operations: readonly Plain[]): string {
  return checkLinearizability(registerModel, historyOf(operations), stepLimits(100_000)).verdict;
}

function problemOf(operations: readonly Plain[]): string {
  try {
    historyOf(operations);
  } catch (error) {
    if (error instanceof UsageError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("a plain list of operations", () => {
  test("is a history in order of time, whatever the order of the list", () => {
    const history = historyOf<RegisterInput, RegisterOutput>([
      { process: 1, input: read, output: "1", start: 20.5, end: 31 },
      { process: 0, input: write("1"), output: null, start: 10, end: 20 },
    ]);
    expect([...history.events()].map(({ process, type, timeNs, f }) => [process, type, timeNs, f])).toEqual([
      [0, "invoke", 10, "write"],
      [0, "ok", 20, "write"],
      [1, "invoke", 20.5, "read"],
      [1, "ok", 31, "read"],
    ]);
    expect(history.operations.map(({ id, input, output, invokedIndex, completedIndex }) => [id, input, output, invokedIndex, completedIndex])).toEqual([
      [0, write("1"), null, 0, 1],
      [1, read, "1", 2, 3],
    ]);
  });

  test("with equal times accuses nobody: what ends and what begins at one moment is concurrent", () => {
    const write1: Plain = { process: 0, input: write("1"), output: null, start: 10, end: 20 };
    const readNothing = (start: number): Plain => ({ process: 1, input: read, output: null, start, end: 30 });
    expect(verdictOf([write1, readNothing(20)])).toBe("valid");
    expect(verdictOf([write1, readNothing(21)])).toBe("invalid");
    expect(verdictOf([write1, { ...readNothing(20), process: 0 }])).toBe("valid");
    expect(verdictOf([write1, { ...readNothing(21), process: 0 }])).toBe("invalid");
  });

  test("with a process that was answered in the same moment goes on under a new number", () => {
    const history = historyOf<RegisterInput, RegisterOutput>([
      { process: 0, input: write("1"), output: null, start: 1, end: 2 },
      { process: 0, input: write("2"), output: null, start: 2, end: 3 },
      { process: 0, input: write("3"), output: null, start: 4, end: 4 },
      { process: 1, input: write("4"), output: null, start: 4, end: 5 },
    ]);
    expect(history.operations.map(({ process }) => process)).toEqual([0, 2, 2, 1]);
    expect(history.operations.every(({ type }) => type === "ok")).toBe(true);
  });

  test("that begin in one moment are in the order in which they end", () => {
    const long: Plain = { process: 0, input: write("1"), output: null, start: 0, end: 5 };
    const history = historyOf([long, { ...long, input: write("2"), end: 0 }]);
    expect(history.operations.map(({ input, process }) => [input.f === "write" && input.value, process])).toEqual([
      ["2", 0],
      ["1", 1],
    ]);
  });

  test("without an answer may take effect later or never, and its process is seen no more", () => {
    const lost: Plain = { process: 0, input: write("1"), start: 1, end: 5 };
    const history = historyOf<RegisterInput, RegisterOutput>([lost, { process: 0, input: read, output: "1", start: 6, end: 7 }]);
    expect(history.operations.map(({ process, type, completedIndex }) => [process, type, completedIndex])).toEqual([
      [0, "info", Infinity],
      [1, "ok", 3],
    ]);
    for (const answer of ["1", null]) expect(verdictOf([lost, { process: 1, input: read, output: answer, start: 90, end: 91 }])).toBe("valid");
    for (const end of [undefined, Infinity]) {
      const operations = [
        { ...lost, end },
        { ...lost, start: 2 },
      ];
      expect(historyOf(operations).operations.map(({ process, type }) => [process, type])).toEqual([
        [0, "info"],
        [1, "info"],
      ]);
    }
  });

  test("keeps nodes and phases", () => {
    const history = historyOf([
      { process: 0, input: read, output: null, start: 0, end: 1, node: "n1", phase: "final" },
      { process: 1, input: read, start: 2 },
    ]);
    expect(history.operations.map(({ node, phase }) => [node, phase])).toEqual([
      ["n1", "final"],
      [undefined, "faults"],
    ]);
  });

  test("that certainly failed explains nothing", () => {
    const failed: Plain = { process: 0, input: write("1"), type: "fail", start: 1, end: 5 };
    expect(verdictOf([failed, { process: 1, input: read, output: "1", start: 6, end: 7 }])).toBe("invalid");
  });

  test.each<[string, Plain, string]>([
    ["a process that is none", { process: 0.5, input: read, output: null, start: 0, end: 1 }, "process must be a whole number"],
    ["a start that is no time", { process: 0, input: read, output: null, start: Number.NaN, end: 1 }, "start must be a time"],
    ["an end that is no time", { process: 0, input: read, output: null, start: 0, end: Number.NaN }, "end must be a time"],
    ["an end before the start", { process: 0, input: read, output: null, start: 2, end: 1 }, "not before start (2), found 1"],
    ["an answer without an end", { process: 0, input: read, output: null, start: 2 }, "has an end"],
    ["a failure without an end", { process: 0, input: read, type: "fail", start: 2 }, "has an end"],
    ["ok without an output", { process: 0, input: read, type: "ok", start: 2, end: 3 }, "has an output"],
    ["an output of nobody", { process: 0, input: read, type: "info", output: "1", start: 2, end: 3 }, "is ok, found info"],
  ])("with %s is refused", (_name, operation, problem) => {
    const message = problemOf([{ process: 7, input: read, output: null, start: 0, end: 1 }, operation]);
    expect(message).toContain("broken-history: Operation 1 of the list: ");
    expect(message).toContain(problem);
  });

  test("with a process that does two things at once is refused", () => {
    const first: Plain = { process: 3, input: write("1"), output: null, start: 0, end: 9 };
    expect(problemOf([{ ...first, start: 8, end: 12 }, first])).toContain("Operation 0 of the list: process 3 was still busy with operation 1");
    expect(
      problemOf([
        { ...first, end: 7, output: undefined },
        { ...first, start: 6 },
      ]),
    ).toContain("still busy");
  });

  test("keeps exactly the order of real time, and no process overlaps itself", () => {
    const times = fc.array(fc.record({ process: fc.nat(2), gap: fc.nat(2), length: fc.nat(3), isLost: fc.boolean() }), { maxLength: 20 });
    fc.assert(
      fc.property(times, (drawn) => {
        const clocks = [0, 0, 0];
        const operations = drawn.map(({ process, gap, length, isLost }, value): Plain => {
          const start = (clocks[process] ?? 0) + gap;
          clocks[process] = start + length;
          return { process, input: write(String(value)), start, end: start + length, ...(isLost ? {} : { output: null }) };
        });
        const history = historyOf(operations);
        const given = history.operations.map(({ input }) => operations[input.f === "write" ? Number(input.value) : -1]);
        for (const [one, before] of given.entries())
          for (const [other, after] of given.entries()) {
            const [left, right] = [history.operations[one], history.operations[other]];
            if (before === undefined || after === undefined || left === undefined || right === undefined) throw new Error("an operation was lost");
            const precedes = before.output !== undefined && (before.end ?? 0) < after.start;
            expect(left.completedIndex < right.invokedIndex).toBe(precedes);
            if (one < other && left.process === right.process) expect(left.completedIndex).toBeLessThan(right.invokedIndex);
          }
      }),
    );
  });
});
