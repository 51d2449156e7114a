// The corners in which checkers break: nothing, almost nothing, very many, very deep, very little time. For every object.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import type { Algorithm } from "./attempt.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { Decider } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { everyObject } from "./simulated/every-object.ts";
import type { Model } from "./model.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { stackModel } from "./models/stack.ts";
import { partitionsOf } from "./partition.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import type { SimulatedObject } from "./simulated/simulated-history.ts";
import { simulatedStack } from "./simulated/simulated-objects.ts";

const algorithms: readonly Algorithm[] = ["auto", "search", "jit", "monitor"];
const plenty = 1e8;

function decide<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  { algorithm, steps = plenty, memoryBytes = 1 << 30 }: { readonly algorithm: Algorithm; readonly steps?: number; readonly memoryBytes?: number },
): Decision<I, O> {
  return new Decider(model, algorithm).decide(partitionsOf(model, operations), stepLimits(steps, memoryBytes));
}

/** The monitors may say that they cannot tell. */
function expectWord(found: string, expected: "valid" | "invalid", algorithm: Algorithm): void {
  if (algorithm === "monitor" && found === "unknown") return;
  expect(found).toBe(expected);
}

/** One client asks and gets right answers. */
function soloOperations<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, operationCount: number): Operation<I, O>[] {
  return simulateOperations(object, { clientCount: 1, operationCount, indeterminate: 0 }, seededRandom("solo"));
}

describe.each(everyObject)("of a $name", (named) => {
  test.each(algorithms)("an empty history is valid for %s", (algorithm) => {
    expect(named.use(({ model }) => decide(model, [], { algorithm }).verdict)).toBe("valid");
  });

  test.each(algorithms)("a history of lost operations alone is valid for %s", (algorithm) => {
    named.use((object) => {
      const lost = simulateOperations(object, { clientCount: 4, operationCount: 40, indeterminate: 1 }, seededRandom("lost"));
      expect(lost.every(({ type }) => type === "info")).toBe(true);
      expect(decide(object.model, lost, { algorithm }).verdict).toBe("valid");
    });
  });

  test.each(algorithms)("every single operation is judged rightly by %s", (algorithm) => {
    named.use((object) => {
      const random = seededRandom("single");
      for (let index = 0; index < 50; index++) {
        const [operation] = simulateOperations(object, { clientCount: 1, operationCount: 1, indeterminate: 0, bad: "anywhere" }, random);
        if (operation === undefined) throw new Error("a simulation of one operation has one");
        const expected = isLinearizableByBruteForce(object.model, [operation]) ? "valid" : "invalid";
        expectWord(decide(object.model, [operation], { algorithm }).verdict, expected, algorithm);
      }
    });
  });

  test.each(algorithms)("three thousand operations in a row do not exhaust the stack of %s", (algorithm) => {
    named.use((object) => {
      expectWord(decide(object.model, soloOperations(object, 3_000), { algorithm }).verdict, "valid", algorithm);
    });
  });
});

describe("a hopeless history", () => {
  const hopeless = simulateOperations(
    simulatedStack({ keyCount: 1, valueCount: 2 }),
    { clientCount: 12, operationCount: 300, indeterminate: 0.1, bad: "late" },
    seededRandom("hopeless"),
  );

  test.each(["steps", "time", "memory", "interrupted"] as const)("is left when the limits say %s", (reason) => {
    for (const algorithm of ["auto", "search", "jit"] as const) {
      let askedCount = 0;
      const limits = { memoryBytes: 1 << 30, spend: (): typeof reason | undefined => (++askedCount === 3 ? reason : undefined) };
      const decision = new Decider(stackModel, algorithm).decide(partitionsOf(stackModel, hopeless), limits);
      expect({ algorithm, verdict: decision.verdict, reason: decision.stopped?.reason }).toEqual({ algorithm, verdict: "unknown", reason });
      expect(decision.stopped?.attempt.statistics.configurations).toBeGreaterThan(0);
    }
  });

  test.each(["auto", "search", "jit"] as const)("is left by %s when it would take too much memory", (algorithm) => {
    const decision = decide(stackModel, hopeless, { algorithm, memoryBytes: 1 << 20 });
    expect(decision.stopped?.reason).toBe("memory");
    expect(decision.stopped?.attempt.statistics.memoryBytes).toBeGreaterThan(1 << 18);
  });
});

describe("very many very small objects", () => {
  const count = 10_000;
  const ones = Array.from({ length: count }, (_, key) => key);
  const writes = ones.map((key) => registerLine(3 * key, { f: "write", key: `k${key}`, value: "1" }, null));
  const reads = (wrongKey: number): Operation<RegisterInput, RegisterOutput>[] =>
    ones.map((key) => registerLine(3 * key + 1.5, { f: "read", key: `k${key}` }, key === wrongKey ? "2" : "1"));

  test.each(algorithms)("are valid for %s", (algorithm) => {
    const operations = inOrder([...writes, ...reads(-1)]);
    expect(decide(registerModel, operations, { algorithm }).verdict).toBe("valid");
  });

  test.each(algorithms)("are invalid for %s when the last one is", (algorithm) => {
    const decision = decide(registerModel, inOrder([...writes, ...reads(count - 1)]), { algorithm });
    expect(decision.verdict).toBe("invalid");
    expect(decision.decided.at(-1)?.partition.key).toBe(`k${count - 1}`);
  });
});

function registerLine(start: number, input: RegisterInput, output: RegisterOutput): Operation<RegisterInput, RegisterOutput> {
  const completedIndex = start + 1;
  return { id: 0, process: 0, phase: "faults", type: "ok", input, output, invokedIndex: start, completedIndex, invokedNs: 0, completedNs: 1 };
}

function inOrder<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): Operation<I, O>[] {
  return operations.toSorted((one, other) => one.invokedIndex - other.invokedIndex).map((operation, id) => ({ ...operation, id }));
}
