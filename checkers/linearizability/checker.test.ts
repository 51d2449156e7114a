// The checker as workloads and reports see it: words, reasons, evidence, limits, odd histories.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import { HistoryBuilder } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { checkLinearizability, linearizable } from "./checker.ts";
import { operationsOf } from "./simulated/handwritten.ts";
import type { Handwritten } from "./simulated/handwritten.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { stackModel } from "./models/stack.ts";
import { historyOf, simulateOperations } from "./simulated/simulated-history.ts";
import { simulatedRegister, simulatedStack } from "./simulated/simulated-objects.ts";

type Line = Handwritten<RegisterInput, RegisterOutput>;
const checker = linearizable(registerModel);
const plenty = stepLimits(1e8);
const read = (key = "x"): RegisterInput => ({ f: "read", key });
const write = (value: string, key = "x"): RegisterInput => ({ f: "write", key, value });

function verdictOn(lines: readonly Line[]): ReturnType<typeof checker.check> {
  return checker.check(historyOf(operationsOf(lines)), plenty);
}

describe("a verdict", () => {
  test("of a valid history names the property and counts what was tested", () => {
    const verdict = verdictOn([
      [0, 0, 1, write("1"), null],
      [1, 2, 3, read(), "1"],
    ]);
    expect(verdict).toMatchObject({
      verdict: "valid",
      why: "2 completed operations have a legal order that respects real time",
      claims: [{ id: "linearizable", verdict: "valid" }],
      evidence: [],
      statistics: { operations: 2, completed: 2, partitions: 1, algorithms: { "depth-first search": 1 } },
    });
  });

  test("of an invalid history shows the witness and how far an order gets", () => {
    const verdict = verdictOn([
      [0, 0, 1, write("1"), null],
      [0, 2, 3, write("2"), null],
      [1, 4, 5, read(), "1"],
      [0, 6, 7, read(), "2"],
    ]);
    expect(verdict.verdict).toBe("invalid");
    expect(verdict.why).toBe("process 1 read 1 although 2 had replaced it before the read began");
    expect(verdict.claims).toEqual([{ id: "linearizable", verdict: "invalid", why: verdict.why, evidence: [0, 1] }]);
    expect(verdict.evidence).toMatchObject([
      { kind: "witness", property: "linearizable", operations: [{ text: "write x = 1" }, { text: "write x = 2" }, { text: "read x", result: "-> 1" }] },
      {
        kind: "partial-linearization",
        partition: "x",
        initialState: "nothing",
        steps: [
          { operation: 0, stateAfter: "1" },
          { operation: 1, stateAfter: "2" },
        ],
        stuckAt: [{ id: 2 }],
      },
    ]);
  });

  test("of a valid history shows its linearizations on demand", () => {
    const history = historyOf(
      operationsOf<RegisterInput, RegisterOutput>([
        [0, 0, 3, write("1"), null],
        [1, 1, 2, read(), null],
        [2, 4, 5, read("y"), null],
      ]),
    );
    const verdict = linearizable(registerModel, { showsLinearizations: true }).check(history, plenty);
    expect(verdict.evidence).toEqual([
      {
        kind: "linearization",
        partition: "x",
        initialState: "nothing",
        steps: [
          { operation: 1, text: "read x -> nothing", stateAfter: "nothing" },
          { operation: 0, text: "write x = 1", stateAfter: "1" },
        ],
      },
      { kind: "linearization", partition: "y", initialState: "nothing", steps: [{ operation: 2, text: "read y -> nothing", stateAfter: "nothing" }] },
    ]);
  });

  test("is about the guilty key only, among many good ones", () => {
    const good = Array.from({ length: 40 }, (_, index): Line => [index, 4 * index, 4 * index + 1, write("1", `k${index}`), null]);
    const bad: Line[] = [
      [50, 2, 3, write("1", "bad"), null],
      [51, 6, 7, read("bad"), null],
    ];
    const verdict = verdictOn([...good, ...bad].toSorted((one, other) => one[1] - other[1]));
    expect(verdict.evidence[0]).toMatchObject({ kind: "witness", operations: [{ process: 50 }, { process: 51 }] });
    expect(verdict.statistics).toMatchObject({ partition: "bad", partitions: 41 });
  });

  test("is the same again, and not disturbed by other histories in between", () => {
    const history = historyOf(
      simulateOperations(
        simulatedRegister({ keyCount: 2, valueCount: 3 }),
        { clientCount: 4, operationCount: 60, indeterminate: 0.1, bad: "late" },
        seededRandom("again"),
      ),
    );
    const first = checker.check(history, plenty);
    verdictOn([
      [0, 0, 1, write("1"), null],
      [1, 2, 3, read(), "1"],
    ]);
    const second = checker.check(history, plenty);
    expect({ ...second, statistics: { ...second.statistics, memoryBytes: 0 } }).toEqual({ ...first, statistics: { ...first.statistics, memoryBytes: 0 } });
    expect(checkLinearizability(registerModel, history, plenty).verdict).toBe(first.verdict);
  });
});

describe("an odd history", () => {
  test("without operations is no proof of anything", () => {
    expect(
      checker.check(
        new HistoryBuilder().build().decode(() => unexpected()),
        plenty,
      ),
    ).toMatchObject({ verdict: "unknown", claims: [{ verdict: "not-exercised" }] });
  });
  test("of lost operations alone is no proof of anything", () => {
    expect(
      verdictOn([
        [0, 0, undefined, write("1")],
        [1, 1, undefined, read()],
      ]),
    ).toMatchObject({ verdict: "unknown", claims: [{ verdict: "not-exercised" }] });
  });
  test("with failed operations is judged without them", () => {
    const lines: readonly Line[] = [
      [0, 0, 1, write("1"), null],
      [1, 2, 3, read(), "1"],
    ];
    expect(checker.check(historyOf(operationsOf(lines).map(firstFailed)), plenty).why).toBe("process 1 read 1, which nobody can have written by then");
  });
  test("of ten thousand tiny partitions is decided", () => {
    const lines = Array.from({ length: 20_000 }, (_, index): Line => [
      index % 5,
      2 * index,
      2 * index + 1,
      index % 2 === 0 ? write("1", `k${index >> 1}`) : read(`k${index >> 1}`),
      index % 2 === 0 ? null : "1",
    ]);
    expect(verdictOn(lines)).toMatchObject({ verdict: "valid", statistics: { partitions: 10_000 } });
  });
  test("of one long partition is decided without recursion", () => {
    const options = { clientCount: 4, operationCount: 30_000, indeterminate: 0 };
    const history = historyOf(simulateOperations(simulatedRegister({ keyCount: 1, valueCount: 5 }), options, seededRandom("long")));
    expect(checker.check(history, plenty).verdict).toBe("valid");
  });
  test("of operations that all overlap is decided", () => {
    const lines = Array.from({ length: 100 }, (_, index): Line => [
      index,
      index,
      1000 + index,
      index % 2 === 0 ? write(String(index % 7)) : read(),
      index % 2 === 0 ? null : String((index - 1) % 7),
    ]);
    expect(verdictOn(lines).verdict).toBe("valid");
  });
});

describe("limits", () => {
  const hard = historyOf(
    simulateOperations(
      simulatedStack({ keyCount: 1, valueCount: 3 }),
      { clientCount: 12, operationCount: 300, indeterminate: 0.1, bad: "late" },
      seededRandom("hard"),
    ),
  );
  const stacks = linearizable(stackModel);

  test("on steps end in unknown, with the partition, the effort and a way out", () => {
    const verdict = stacks.check(hard, stepLimits(50_000));
    expect(verdict.verdict).toBe("unknown");
    expect(verdict.why).toMatch(
      /^partition k0 \(one of 1\) with \d+ operations, \d+ of unknown outcome, was not decided: the step limit was reached after \d+ configurations, \d+ operations deep; allow more steps/,
    );
    expect(verdict.statistics["steps"]).toBeLessThan(60_000);
  });
  test("on memory end in unknown", () => {
    expect(stacks.check(hard, { spend: () => undefined, memoryBytes: 1 << 20 })).toMatchObject({
      verdict: "unknown",
      why: expect.stringContaining("the memory limit was reached"),
    });
  });
  test("on time are asked every few thousand steps", () => {
    const asked: number[] = [];
    const limits = { memoryBytes: 1 << 30, spend: (steps: number) => (asked.push(steps) > 20 ? ("time" as const) : undefined) };
    expect(stacks.check(hard, limits).why).toContain("the time limit was reached");
    expect(Math.max(...asked)).toBeLessThanOrEqual(4096);
  });
});

describe("cutting into parts", () => {
  test("gives the same word as the whole", () => {
    for (let index = 0; index < 50; index++) {
      const history = historyOf(
        simulateOperations(
          simulatedRegister({ keyCount: 3, valueCount: 3 }),
          { clientCount: 4, operationCount: 30, indeterminate: 0.1, bad: "anywhere" },
          seededRandom(`parts/${index}`),
        ),
      );
      const words = (checker.parts?.(history) ?? []).map((part) => checker.check(part, plenty).verdict);
      expect(words.includes("invalid")).toBe(checker.check(history, plenty).verdict === "invalid");
    }
  });
});

function firstFailed(operation: Operation<RegisterInput, RegisterOutput>): Operation<RegisterInput, RegisterOutput> {
  return operation.id === 0 ? { ...operation, type: "fail", error: "refused" } : operation;
}

function unexpected(): never {
  throw new Error("there is nothing to decode");
}
