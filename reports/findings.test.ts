import { describe, expect, test } from "vitest";
import type { Evidence, ShownOperation } from "../harness/verdict.ts";
import { findingOf, windowOf } from "./findings.ts";

const operation = (id: number, rest: Partial<ShownOperation> = {}): ShownOperation => ({
  id,
  process: id,
  text: `read ${id}`,
  type: "ok",
  result: `-> ${id}`,
  invokedNs: id * 10,
  completedNs: id * 10 + 5,
  ...rest,
});

describe("findings", () => {
  test("mark the answer of a witness that came last, not the operation that began last", () => {
    const finding = findingOf({
      kind: "witness",
      property: "p",
      explanation: "e",
      operations: [operation(3), operation(1, { completedNs: 99 }), operation(2)],
    });
    expect([...finding.marked]).toEqual([1]);
    expect(finding.operations.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("never mark an operation of which nobody can tell, since it may not have happened", () => {
    const finding = findingOf({
      kind: "witness",
      property: "p",
      explanation: "e",
      operations: [operation(1), operation(2, { type: "info", completedNs: 500 })],
    });
    expect([...finding.marked]).toEqual([1]);
  });

  test("mark everything at which a search was stuck", () => {
    const finding = findingOf({
      kind: "partial-linearization",
      partition: "x",
      initialState: "0",
      steps: [{ operation: 1, text: "write 1", stateAfter: "1" }],
      stuckAt: [operation(2), operation(3)],
    });
    expect([...finding.marked]).toEqual([2, 3]);
    expect(finding.steps).toHaveLength(1);
  });

  test("have the window of their operations and facts", () => {
    expect(windowOf(findingOf({ kind: "witness", property: "p", explanation: "", operations: [operation(1), operation(2, { completedNs: null })] }))).toEqual({
      fromNs: 10,
      toNs: 20,
    });
    expect(windowOf(findingOf({ kind: "linearization", partition: "x", initialState: "0", steps: [] }))).toBeUndefined();
  });

  const samples: readonly Evidence[] = [
    { kind: "witness", property: "p", explanation: "WORDS", operations: [operation(1)] },
    { kind: "missing-response", property: "p", explanation: "WORDS", operations: [operation(1, { completedNs: null })] },
    { kind: "cycle", property: "p", explanation: "WORDS", steps: [{ operation: operation(1), edge: "wr", because: "WORDS" }] },
    { kind: "sum-bounds", read: operation(1), value: "7", lower: "1", upper: "WORDS", explanation: "WORDS" },
    { kind: "elements", problem: "lost", elements: [{ element: "e1", operations: [operation(1)], explanation: "WORDS" }], totalCount: 3 },
    { kind: "conflicting-facts", invariant: "i", explanation: "WORDS", facts: [{ timeNs: 1, node: "n1", kind: "k", text: "WORDS" }] },
    { kind: "linearization", partition: "WORDS", initialState: "0", steps: [{ operation: 1, text: "WORDS", stateAfter: "1" }] },
    { kind: "partial-linearization", partition: "x", initialState: "0", steps: [{ operation: 1, text: "WORDS", stateAfter: "1" }], stuckAt: [operation(1)] },
  ];
  test.each(samples.map((evidence) => [evidence.kind, evidence] as const))("lose nothing that %s says", (_kind, evidence) => {
    expect(JSON.stringify(findingOf(evidence))).toContain("WORDS");
  });
});
