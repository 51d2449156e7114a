// The engine by itself: what it forgets, what it copies, what it hands over. What it decides is tested with the search.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import { Machine } from "./frontier-machine.ts";
import { Steps } from "./frontier-steps.ts";
import { registerModel } from "../models/register.ts";
import type { RegisterInput, RegisterOutput } from "../models/register.ts";
import { StepMeter } from "../search/search.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import { simulatedRegister } from "../simulated/simulated-objects.ts";

type RegisterMachine = Machine<string | null, RegisterInput, RegisterOutput>;
type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const meter = (): StepMeter => new StepMeter({ maxSteps: 1e9, limits: stepLimits(1e9) });

function freshSteps(): Steps<string | null, RegisterInput, RegisterOutput> {
  const steps = new Steps(registerModel);
  steps.start({ withClasses: true, rememberedSteps: 64 });
  return steps;
}

function freshMachine(): RegisterMachine {
  const machine = new Machine(freshSteps());
  machine.start([null]);
  return machine;
}

const written = (id: number, type: "ok" | "info"): RegisterOperation => ({
  id,
  process: id,
  phase: "faults",
  input: { f: "write", key: "x", value: String(id) },
  type,
  ...(type === "ok" ? { output: null } : { error: "lost" }),
  invokedIndex: id,
  completedIndex: type === "ok" ? id : Infinity,
  invokedNs: 0,
  completedNs: 0,
});

const read = (id: number, output: string | null): RegisterOperation => ({
  ...written(id, "ok"),
  input: { f: "read", key: "x" },
  output,
});

function open(machine: RegisterMachine, operation: RegisterOperation): void {
  machine.open({ number: operation.id, operation, isOutcomeKnown: operation.type === "ok" });
}

describe("a frontier machine", () => {
  test("forgets an operation of unknown outcome as soon as it took effect for certain", () => {
    const machine = freshMachine();
    let early = 0;
    for (let id = 0; id < 2_000; id += 2) {
      open(machine, written(id, "info"));
      open(machine, read(id + 1, String(id)));
      expect(machine.close(id + 1, meter())).toBeUndefined();
      // States and actions are not forgotten by themselves.
      machine.adopt(freshSteps());
      if (id === 100) early = machine.sizeBytes;
    }
    // But for the digits of a longer value.
    expect(machine.sizeBytes).toBeLessThan(early + 50);
  });

  test("ignores a lost read: it neither did anything nor told anything", () => {
    const machine = freshMachine();
    machine.open({ number: 1, operation: { ...read(1, null), type: "info" }, isOutcomeKnown: false });
    expect(machine.restingStates).toEqual([null]);
  });

  test("goes on after others have gone on from the same moment", () => {
    const machine = freshMachine();
    open(machine, written(1, "info"));
    open(machine, written(2, "ok"));
    for (const seen of ["1", "2", "3"]) {
      const copy = freshMachine();
      copy.copyFrom(machine);
      open(copy, read(3, seen));
      expect(copy.close(3, meter())).toBe(seen === "3" ? "impossible" : undefined);
      if (seen !== "3") expect(copy.close(2, meter())).toBeUndefined();
    }
    expect(machine.forced()).toEqual([2]);
    expect([machine.close(2, meter()), machine.restingStates]).toEqual([undefined, undefined]);
  });

  test("knows the states at rest, and another machine begins with them", () => {
    const machine = freshMachine();
    for (const id of [1, 2]) open(machine, written(id, "ok"));
    for (const id of [1, 2]) expect(machine.close(id, meter())).toBeUndefined();
    const states = machine.restingStates ?? [];
    expect(new Set(states)).toEqual(new Set(["1", "2"]));
    for (const [seen, word] of [
      ["1", undefined],
      ["2", undefined],
      ["3", "impossible"],
    ] as const) {
      const next = freshMachine();
      next.start(states);
      open(next, read(3, seen));
      expect(next.close(3, meter())).toBe(word);
    }
  });

  test("can be handed new states and actions at any moment", () => {
    const object = simulatedRegister({ keyCount: 1, valueCount: 4 });
    for (let index = 0; index < 60; index++) {
      const options = { clientCount: 4, operationCount: 25, indeterminate: 0.15, ...(index % 2 === 0 ? { bad: "anywhere" as const } : {}) };
      const operations = simulateOperations(object, options, seededRandom(`machine/${index}`));
      const events = operations.flatMap((operation) => [
        { at: operation.invokedIndex, operation, isInvocation: true },
        ...(operation.type === "ok" ? [{ at: operation.completedIndex, operation, isInvocation: false }] : []),
      ]);
      const [plain, renewed] = [freshMachine(), freshMachine()];
      for (const { operation, isInvocation } of events.toSorted((one, other) => one.at - other.at)) {
        renewed.adopt(freshSteps());
        if (isInvocation) for (const machine of [plain, renewed]) open(machine, operation);
        else {
          const word = plain.close(operation.id, meter());
          expect(renewed.close(operation.id, meter())).toBe(word);
          if (word !== undefined) break;
        }
      }
    }
  });
});
