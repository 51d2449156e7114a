// The online checker against the definition: it must speak at the first answer that nothing explains, and never before.
import { describe, expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import type { Random } from "../../harness/random.ts";
import { stepLimits } from "../../harness/checker.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { everyObject } from "./simulated/every-object.ts";
import { JustInTimeSearch } from "./just-in-time/just-in-time-search.ts";
import type { Model } from "./model.ts";
import { OnlineLinearizability } from "./online.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import type { SimulationOptions } from "./simulated/simulated-history.ts";
import { simulatedQueue, simulatedRegister } from "./simulated/simulated-objects.ts";

interface Fed<I extends Input, O extends Json> {
  readonly at: number;
  readonly operation: Operation<I, O>;
  readonly isInvocation: boolean;
}

/** All events in order; operations of unknown outcome are given up, or have failed, at some moment after their invocation. */
function eventsOf<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random): Fed<I, O>[] {
  const events = operations.flatMap((operation) => {
    const { invokedIndex, type } = operation;
    const heardAt = type === "ok" ? operation.completedIndex : invokedIndex + random.below(12, "given up") + 0.5;
    const answer =
      type === "info" && random.chance(0.3, "failed") ? { ...operation, type: "fail" as const, error: "failed", completedIndex: heardAt } : operation;
    return [
      { at: invokedIndex, operation: withoutOutcome(operation), isInvocation: true },
      { at: heardAt, operation: answer, isInvocation: false },
    ];
  });
  return events.toSorted((one, other) => one.at - other.at);
}

function withoutOutcome<I extends Input, O extends Json>({ output: _unknownYet, ...rest }: Operation<I, O>): Operation<I, O> {
  return { ...rest, type: "info", error: "not completed yet", completedIndex: Infinity };
}

/** When it speaks, if ever. */
function accusationAt<S, I extends Input, O extends Json>(online: OnlineLinearizability<S, I, O>, events: readonly Fed<I, O>[]): number | undefined {
  for (const { at, operation, isInvocation } of events) {
    if (isInvocation) online.invoked(operation);
    else if (online.completed(operation) !== undefined) return at;
  }
  return undefined;
}

/** The first event after which the history, as it is known then, is impossible. */
function firstImpossible<S, I extends Input, O extends Json>(model: Model<S, I, O>, events: readonly Fed<I, O>[]): number | undefined {
  const isPossible = (moment: number): boolean => {
    const known = new Map<number, Operation<I, O>>();
    for (const { at, operation } of events) if (at <= moment) known.set(operation.id, operation);
    return isLinearizableByBruteForce(model, [...known.values()]);
  };
  const last = events.at(-1);
  if (last === undefined || isPossible(last.at)) return undefined;
  return events.find(({ at, isInvocation }) => !isInvocation && !isPossible(at))?.at;
}

const small = (random: Random): SimulationOptions => ({
  clientCount: 2 + random.below(3, "clients"),
  operationCount: 3 + random.below(8, "operations"),
  indeterminate: random.chance(0.7, "any lost") ? 0.25 : 0,
  ...(random.chance(0.7, "bad") ? { bad: "anywhere" } : {}),
});

describe.each(everyObject)("on histories of a $name", (named) => {
  test("it speaks at the first event that makes the history impossible, and only then", () => {
    named.use((object) => {
      const words = { spoke: 0, silent: 0 };
      for (let index = 0; index < 250; index++) {
        const random = seededRandom(`online/${index}`);
        const events = eventsOf(simulateOperations(object, small(random), random), random);
        const expected = firstImpossible(object.model, events);
        words[expected === undefined ? "silent" : "spoke"]++;
        const at = accusationAt(new OnlineLinearizability(object.model), events);
        expect({ index, at }).toEqual({ index, at: expected });
      }
      expect(Math.min(words.spoke, words.silent)).toBeGreaterThan(15);
    });
  });

  test("in longer histories, with operations that hang, it speaks iff they are impossible, and never too early", () => {
    named.use((object) => {
      const search = new JustInTimeSearch(object.model);
      let spokeCount = 0;
      for (let index = 0; index < 20; index++) {
        const random = seededRandom(`online/longer/${index}`);
        const options: SimulationOptions = { clientCount: 3, operationCount: 60, indeterminate: 0.03, ...(index % 4 === 0 ? {} : { bad: "anywhere" }) };
        const operations = simulateOperations(object, options, random);
        const events = operations.flatMap((operation) => [
          { at: operation.invokedIndex, operation: withoutOutcome(operation), isInvocation: true },
          // What nobody will ever know hangs to the end.
          { at: operation.type === "ok" ? operation.completedIndex : 1e6 + operation.id, operation, isInvocation: false },
        ]);
        const answer = search.run(operations, { maxSteps: 5_000, limits: stepLimits(1e9) }, { withClasses: true });
        if (answer.verdict === "unknown") continue;
        const at = accusationAt(
          new OnlineLinearizability(object.model),
          events.toSorted((one, other) => one.at - other.at),
        );
        if (at !== undefined) spokeCount++;
        const impossibleAt = answer.verdict === "valid" ? undefined : (operations[answer.impossibleAt ?? -1]?.completedIndex ?? -1);
        expect({ index, spoke: at !== undefined }).toEqual({ index, spoke: impossibleAt !== undefined });
        expect(at ?? 0).toBeGreaterThanOrEqual(impossibleAt ?? 0);
      }
      expect(spokeCount).toBeGreaterThan(2);
    });
  });
});

describe("the work of the online checker", () => {
  test("does not grow with the history", () => {
    const object = simulatedRegister({ keyCount: 1, valueCount: 0 });
    const completed = simulateOperations(object, { clientCount: 6, operationCount: 20_000, indeterminate: 0 }, seededRandom("online/long"));
    // One that is lost and that nobody saw, so that the object is never at rest.
    const lost = { id: 20_000, process: 9, phase: "faults", input: { f: "write", key: "k0", value: "lost" }, type: "info", error: "lost" } as const;
    const operations = [{ ...lost, invokedIndex: -1, completedIndex: Infinity, invokedNs: 0, completedNs: Infinity }, ...completed];
    // The values written alone would take more.
    const online = new OnlineLinearizability(object.model, { memoryBytes: 1 << 20 });
    expect(accusationAt(online, eventsOf(operations, seededRandom("online/long")))).toBeUndefined();
    expect(online.isWatching("k0")).toBe(true);
  });

  test("is bounded by event while an operation hangs, and does not end the watch", () => {
    const queue = simulatedQueue({ keyCount: 1, valueCount: 0 });
    let stepCount = 0;
    const counted: typeof queue.model = { ...queue.model, step: (state, input, output) => (stepCount++, queue.model.step(state, input, output)) };
    const operations = simulateOperations(queue, { clientCount: 12, operationCount: 150, indeterminate: 0 }, seededRandom("online/bounded"));
    const hanging = operations.map((operation) => (operation.id === 0 ? { ...operation, completedIndex: 1e6 } : operation));
    const events = eventsOf(hanging, seededRandom("online/bounded")).filter(({ at }) => at < 1e6);
    const online = new OnlineLinearizability(counted, { stepsPerEvent: 20, stepsAtMost: 1_000 });
    expect(accusationAt(online, events)).toBeUndefined();
    expect(online.isWatching("k0")).toBe(true);
    expect(stepCount).toBeGreaterThan(1_000);
    expect(stepCount).toBeLessThan(1_000 + 20 * events.length);
  });

  test("ends silently for an object that costs too much", () => {
    const queue = simulatedQueue({ keyCount: 1, valueCount: 0 });
    const options: SimulationOptions = { clientCount: 12, operationCount: 200, indeterminate: 0, bad: "late" };
    const online = new OnlineLinearizability(queue.model, { stepsPerEvent: 10, stepsAtMost: 1_000 });
    const random = seededRandom("online/queue");
    expect(accusationAt(online, eventsOf(simulateOperations(queue, options, random), random))).toBeUndefined();
    expect(online.isWatching("k0")).toBe(false);
  });
});
