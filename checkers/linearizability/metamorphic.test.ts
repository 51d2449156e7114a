// Changes to a history that must not change its verdict, or only in one direction.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { linearizable } from "./checker.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { historyOf, simulateOperations } from "./simulated-history.ts";
import { simulatedRegister } from "./simulated-objects.ts";

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;
const checker = linearizable(registerModel);
const count = 150;

function sample(index: number): RegisterOperation[] {
  const random = seededRandom(`metamorphic/${index}`);
  return simulateOperations(
    simulatedRegister({ keyCount: 2, valueCount: 3 }),
    { clientCount: 4, operationCount: 24, indeterminate: 0.1, ...(index % 2 === 0 ? { bad: "anywhere" } : {}) },
    random,
  );
}

function wordOf(operations: readonly RegisterOperation[]): string {
  const ordered = operations.toSorted((one, other) => one.invokedIndex - other.invokedIndex).map((operation, id) => ({ ...operation, id }));
  return checker.check(historyOf(ordered), stepLimits(1e8)).verdict;
}

function rename(value: string): string {
  return `v${(Number(value) * 7 + 3) % 1009}`;
}

function renamed(operation: RegisterOperation): RegisterOperation {
  const { input, output } = operation;
  const key = `other ${input.key}`;
  const named: RegisterInput =
    input.f === "write"
      ? { f: "write", key, value: rename(input.value) }
      : input.f === "cas"
        ? { f: "cas", key, from: input.from === null ? null : rename(input.from), to: rename(input.to) }
        : { f: input.f, key };
  return { ...operation, input: named, process: operation.process + 100, ...(typeof output === "string" ? { output: rename(output) } : {}) };
}

describe("the verdict does not change", () => {
  test("when values, keys and processes are renamed", () => {
    for (let index = 0; index < count; index++) expect(wordOf(sample(index).map(renamed))).toBe(wordOf(sample(index)));
  });
  test("when another, valid key is added", () => {
    for (let index = 0; index < count; index++) {
      const extra: RegisterOperation[] = [0, 1, 2].map((step) => ({
        id: 0,
        process: 999,
        phase: "faults",
        type: "ok",
        input: step === 0 ? { f: "write", key: "extra", value: "1" } : { f: "read", key: "extra" },
        output: step === 0 ? null : "1",
        invokedIndex: 5 * step + 0.5,
        completedIndex: 5 * step + 2.5,
        invokedNs: 0,
        completedNs: 1,
      }));
      expect(wordOf([...sample(index), ...extra])).toBe(wordOf(sample(index)));
    }
  });
});

describe("a valid history stays valid", () => {
  const weaker: readonly [string, (operation: RegisterOperation) => RegisterOperation | undefined][] = [
    [
      "when intervals grow",
      (operation) => ({
        ...operation,
        invokedIndex: operation.invokedIndex - 4.5,
        completedIndex: operation.completedIndex + 4.5,
        process: 1000 + operation.id,
      }),
    ],
    ["when an outcome is forgotten", (operation) => (operation.id % 5 === 0 && operation.type === "ok" ? forget(operation) : operation)],
    ["when reads are left out", (operation) => (operation.input.f === "read" && operation.id % 2 === 0 ? undefined : operation)],
  ];
  test.each(weaker)("%s", (_name, weaken) => {
    let validCount = 0;
    for (let index = 0; index < count; index++) {
      if (wordOf(sample(index)) !== "valid") continue;
      validCount++;
      expect({ index, word: wordOf(sample(index).flatMap((operation) => weaken(operation) ?? [])) }).toEqual({ index, word: "valid" });
    }
    expect(validCount).toBeGreaterThan(count / 3);
  });
});

function forget(operation: RegisterOperation): RegisterOperation {
  const { output: _forgotten, ...rest } = operation;
  return { ...rest, type: "info", error: "forgotten", completedIndex: Infinity, process: 1000 + operation.id };
}
