// The register workload keeps its checks cheap and its operations meeting: keys, concurrency, values.
import { describe, expect, test } from "vitest";
import { UsageError } from "../harness/errors.ts";
import { execute, imperfect, type Executed } from "../harness/generators/fixtures/simulated-executor.ts";
import type { Input, Outcome } from "../harness/operation.ts";
import type { WorkloadOptions } from "../harness/workload.ts";
import { registers, text } from "./fixtures/objects.ts";
import { leaseRegisterWorkload, registerWorkload } from "./register.ts";

const options: WorkloadOptions = { nodes: ["n1", "n2", "n3"], clientCount: 12, rateHz: 500, durationMs: 10_000, parameters: {} };

function load(more: Partial<WorkloadOptions> = {}, outcome: (input: Input) => Outcome = answering()): Executed[] {
  const chosen = { ...options, ...more };
  return execute(registerWorkload.generator(chosen), {
    clients: chosen.clientCount,
    nodes: chosen.nodes,
    latencyMs: 15,
    outcome: (_random, input) => outcome(input),
  });
}

function answering(): (input: Input) => Outcome {
  const object = registers();
  return (input) => ({ type: "ok", output: object(input) ?? null });
}

function byKey(operations: readonly Executed[]): Map<string, Executed[]> {
  return Map.groupBy(operations, ({ input }) => text(input, "key"));
}

describe("keys", () => {
  test("change after at most 200 operations, and not all at once", () => {
    const keys = byKey(load());
    expect(keys.size).toBeGreaterThan(10);
    const counts = [...keys.values()].map((operations) => operations.length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(200);
    const lastUses = ["k0", "k1", "k2"].map((key) => keys.get(key)?.length);
    expect(new Set(lastUses).size).toBe(3);
  });

  test("have at most five operations in flight", () => {
    for (const operations of byKey(load({ parameters: { keyCount: 1 } })).values()) {
      for (const operation of operations)
        expect(operations.filter(({ fromMs, toMs }) => fromMs <= operation.fromMs && operation.fromMs < toMs).length).toBeLessThanOrEqual(5);
    }
  });

  test("are left early when many of their operations stay open", () => {
    const keys = byKey(load({ clientCount: 3, rateHz: 100 }, () => ({ type: "info", error: "no answer" })));
    const changes = [...keys.values()].map((operations) => operations.filter(({ input }) => input.f !== "read").length);
    expect(changes.length).toBeGreaterThan(8);
    expect(Math.max(...changes)).toBeLessThanOrEqual(12 + 5);
  });

  test("are few, so that clients meet: three for up to twelve clients", () => {
    expect(byKey(load({ rateHz: 5 })).size).toBe(3);
  });
});

test("every written value is unique and names its writer", () => {
  const values = load().flatMap(({ input, process }) =>
    input.f === "write" || input.f === "cas" ? [{ value: text(input, input.f === "write" ? "value" : "to"), process }] : [],
  );
  expect(new Set(values.map(({ value }) => value)).size).toBe(values.length);
  expect(values.every(({ value, process }) => value.startsWith(`${process}.`))).toBe(true);
});

test("most compare-and-sets expect a value that is likely there, so that both answers are common", () => {
  const answers: boolean[] = [];
  const object = registers();
  const operations = load({ rateHz: 20 }, (input) => {
    const output = object(input) ?? null;
    if (input.f === "cas") answers.push(output === true);
    return { type: "ok", output };
  });
  expect(answers.length / operations.length).toBeGreaterThan(0.1);
  const successShare = answers.filter(Boolean).length / answers.length;
  expect(successShare).toBeGreaterThan(0.7);
  expect(successShare).toBeLessThan(0.98);
});

test("lease reads are reads with their mode, also at the end", () => {
  const reads = [
    ...execute(leaseRegisterWorkload.generator(options), { clients: 3 }),
    ...execute(leaseRegisterWorkload.finalGenerator(options), { clients: 3 }),
  ].filter(({ input }) => input.f === "read");
  expect(reads.length).toBeGreaterThan(10);
  expect(reads.every(({ input }) => input["mode"] === "lease")).toBe(true);
  expect(load().some(({ input }) => input["mode"] !== undefined)).toBe(false);
});

test("the end reads every key that the load used, at every node", () => {
  const used = new Set(byKey(load({ rateHz: 100 })).keys());
  const reads = execute(registerWorkload.finalGenerator({ ...options, rateHz: 100 }), { clients: 5 });
  for (const node of options.nodes) expect([...used].filter((key) => !reads.some((read) => read.node === node && read.input["key"] === key))).toEqual([]);
});

test("goes on with clients that fail and leave operations open", () => {
  const operations = execute(registerWorkload.generator({ ...options, rateHz: 50 }), { clients: 5, outcome: imperfect });
  expect(operations.length).toBeGreaterThan(350);
});

test("options out of bounds are mistakes of the user", () => {
  for (const parameters of [{ keyCount: 0 }, { keyCount: 1.5 }, { operationsPerKey: "many" }])
    expect(() => registerWorkload.generator({ ...options, parameters })).toThrow(UsageError);
});
