// Every sentence must be true: what it says of the witness is looked up there, what it says of everybody else in the whole history.
import { describe, expect, test } from "vitest";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { operationsOf, type Handwritten } from "../simulated/handwritten.ts";
import {
  simulatedCounter,
  simulatedGrowingSet,
  simulatedMutex,
  simulatedPriorityQueue,
  simulatedQueue,
  simulatedSet,
  simulatedStack,
} from "../simulated/simulated-objects.ts";
import type { CounterInput, CounterOutput } from "./counter-operation.ts";
import { by, claimsMade, expectAllMade, explanationOf, isBefore, mayPrecede, sumsFrom, type Claim, type Scene } from "./explanation-claims.fixture.ts";
import { fifoQueueModel } from "./fifo-queue.ts";
import type { QueueInput, QueueOutput } from "./fifo-queue.ts";
import type { MutexInput, MutexOutput } from "./lock-operation.ts";
import { priorityQueueModel } from "./priority-queue.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "./priority-queue.ts";
import type { GrowingSetInput, GrowingSetOutput, SetInput, SetOutput } from "./set-operation.ts";
import { stackModel } from "./stack.ts";
import type { StackInput, StackOutput } from "./stack.ts";

interface ContainerCase<I extends Input> {
  readonly put: string;
  readonly took: string;
  readonly noun: string;
  readonly valueOf: (input: I) => string | undefined;
  /** Sources of patterns; in `order` 1 is the first value named, 3 the second. */
  readonly ahead: string;
  readonly order: string;
}

function containerClaims<I extends Input, O extends Json>({ put, took, noun, valueOf, ahead, order }: ContainerCase<I>): Claim<I, O>[] {
  const puts = (value: string | undefined, operations: readonly Operation<I, O>[]): readonly Operation<I, O>[] =>
    operations.filter(({ input }) => value !== undefined && valueOf(input) === value);
  const takes = (value: string | undefined, operations: readonly Operation<I, O>[]): readonly Operation<I, O>[] =>
    operations.filter(({ input, output, type }) => valueOf(input) === undefined && type === "ok" && output !== null && String(output) === value);
  const isAhead = (one: string | undefined, other: string | undefined, { others, culprit }: Scene<I, O>): boolean => {
    const [first] = puts(one, others);
    const [second] = puts(other, others);
    if (first === undefined || second === undefined) return false;
    if (put === "enqueued") return isBefore(first, second);
    if (put === "pushed") return isBefore(second, first);
    return Number(one) > Number(other) && isBefore(first, takes(other, [...others, culprit])[0] ?? culprit);
  };
  return [
    {
      pattern: new RegExp(`^process \\d+ ${took} (\\S+), which nobody can have ${put} by then$`),
      holds: ({ culprit, all }, value) => takes(value, [culprit]).length === 1 && !puts(value, all).some((each) => mayPrecede(each, culprit)),
    },
    {
      pattern: new RegExp(`^process \\d+ ${took} (\\S+), as process (\\d+) did, and it can have been ${put} only once by then$`),
      holds: ({ culprit, others, all }, value, process) =>
        takes(value, [culprit]).length === 1 && by(process, takes(value, others)) && puts(value, all).filter((each) => mayPrecede(each, culprit)).length === 1,
    },
    {
      pattern: new RegExp(`^process \\d+ ${took} (\\S+) although ${ahead}$`),
      holds(scene, value, first) {
        const since = puts(first, scene.others)[0]?.invokedIndex ?? 0;
        const removals = takes(first, scene.all).filter((each) => mayPrecede(each, scene.culprit) && each.completedIndex > since);
        return takes(value, [scene.culprit]).length === 1 && isAhead(first, value, scene) && removals.length === 0;
      },
    },
    {
      pattern: new RegExp(`^process \\d+ ${took} (\\S+) only after process (\\d+) had ${took} (\\S+), although ${order}$`),
      holds: (scene, value, process, other) => {
        const [removal] = takes(other, scene.others);
        if (removal === undefined || !by(process, [removal]) || takes(value, [scene.culprit]).length !== 1) return false;
        const isIn = put === "enqueued" || puts(value, scene.others).some((each) => isBefore(each, removal));
        return isBefore(removal, scene.culprit) && isAhead(value, other, scene) && isIn;
      },
    },
    {
      pattern: new RegExp(`^process \\d+ found ${noun} empty although (.+) was in (?:all that time|at every moment of that call)$`),
      holds({ culprit, others }, names = "") {
        const stays = names
          .split(" or ")
          .map((value) => ({ from: puts(value, others)[0]?.completedIndex ?? Infinity, to: takes(value, others)[0]?.invokedIndex ?? Infinity }));
        // Between any two moments of the record there is one at which the call might have found it empty.
        for (let moment = culprit.invokedIndex; moment < culprit.completedIndex; moment++)
          if (!stays.some(({ from, to }) => from <= moment && moment + 1 <= to)) return false;
        return culprit.output === null;
      },
    },
  ];
}

describe("what is said of", () => {
  test("queues is true", () => {
    const claims = containerClaims<QueueInput, QueueOutput>({
      put: "enqueued",
      took: "dequeued",
      noun: "the queue",
      valueOf: (input) => (input.f === "enqueue" ? input.value : undefined),
      ahead: String.raw`(\S+), enqueued before it, was still in`,
      order: String.raw`\1 was enqueued before \3`,
    });
    expectAllMade(
      [0, 4].map((valueCount) => claimsMade(simulatedQueue({ keyCount: 1, valueCount }), claims)),
      3,
    );
  });

  test("stacks is true", () => {
    const claims = containerClaims<StackInput, StackOutput>({
      put: "pushed",
      took: "popped",
      noun: "the stack",
      valueOf: (input) => (input.f === "push" ? input.value : undefined),
      ahead: String.raw`(\S+), pushed on top of it, was still in`,
      order: String.raw`\1 had been pushed on top of \3`,
    });
    expectAllMade(
      [0, 4].map((valueCount) => claimsMade(simulatedStack({ keyCount: 1, valueCount }), claims)),
      3,
    );
  });

  test("priority queues is true", () => {
    const claims = containerClaims<PriorityQueueInput, PriorityQueueOutput>({
      put: "inserted",
      took: "polled",
      noun: "the priority queue",
      valueOf: (input) => (input.f === "insert" ? String(input.value) : undefined),
      ahead: String.raw`(\S+) was in`,
      order: String.raw`\1 was in by then`,
    });
    expectAllMade(
      [0, 4].map((valueCount) => claimsMade(simulatedPriorityQueue({ keyCount: 1, valueCount }), claims)),
      3,
    );
  });

  test("a value that somebody lost and that then came out after one it should have come before", () => {
    // The removal in the middle, never answered, may have taken the first value; then the last one shows that it did not.
    const [key, lost] = ["k", undefined];
    const story = <I extends Input, O extends Json>(lines: readonly Handwritten<I, O>[]): Operation<I, O>[] => operationsOf(lines);
    const [put, take] = [(value: string) => ({ f: "enqueue", key, value }) as const, { f: "dequeue", key } as const];
    const queue = story<QueueInput, QueueOutput>([
      [0, 0, 1, put("a"), null],
      [0, 2, 3, put("b"), null],
      [1, 4, lost, take],
      [2, 5, 6, take, "b"],
      [3, 7, 8, take, "a"],
    ]);
    expect(explanationOf(fifoQueueModel, queue)).toBe("process 3 dequeued a only after process 2 had dequeued b, although a was enqueued before b");
    const [push, pop] = [(value: string) => ({ f: "push", key, value }) as const, { f: "pop", key } as const];
    const stack = story<StackInput, StackOutput>([
      [0, 0, 1, push("b"), null],
      [0, 2, 3, push("a"), null],
      [1, 4, lost, pop],
      [2, 5, 6, pop, "b"],
      [3, 7, 8, pop, "a"],
    ]);
    expect(explanationOf(stackModel, stack)).toBe("process 3 popped a only after process 2 had popped b, although a had been pushed on top of b");
    const [insert, poll] = [(value: number) => ({ f: "insert", key, value }) as const, { f: "poll", key } as const];
    const priorities = story<PriorityQueueInput, PriorityQueueOutput>([
      [0, 0, 1, insert(1), null],
      [0, 2, 3, insert(2), null],
      [1, 4, lost, poll],
      [2, 5, 6, poll, 1],
      [3, 7, 8, poll, 2],
    ]);
    expect(explanationOf(priorityQueueModel, priorities)).toBe("process 3 polled 2 only after process 2 had polled 1, although 2 was in by then");
  });

  test("sets is true", () => {
    const claims: readonly Claim<SetInput, SetOutput>[] = [
      {
        pattern: /^process \d+ (found|removed|was told that it has) (\S+), which nobody can have added by then$/,
        holds: ({ culprit, all }) => !all.some((each) => each.input.f === "add" && each.output !== false && mayPrecede(each, culprit)),
      },
      {
        pattern: /^process \d+ (found|removed|was told that it has) (\S+) although process (\d+) had removed it$/,
        holds: ({ culprit, others }, _saw, _element, process) =>
          by(
            process,
            others.filter((each) => each.input.f === "remove" && each.output === true && isBefore(each, culprit)),
          ),
      },
      {
        pattern: /^process \d+ .* although process (\d+) had (added|found) it before, and nobody can have removed it since$/,
        holds: ({ culprit, others, all }, process, how) => {
          const before = others.filter(
            (each) =>
              isBefore(each, culprit) && (each.input.f === "add" ? (each.output === true) === (how === "added") : each.output === true && how === "found"),
          );
          const since = (each: Operation<SetInput, SetOutput>): boolean => before.every(({ completedIndex }) => each.completedIndex > completedIndex);
          return by(process, before) && !all.some((each) => each.input.f === "remove" && each.output !== false && mayPrecede(each, culprit) && since(each));
        },
      },
    ];
    expectAllMade([
      claimsMade(simulatedSet({ keyCount: 1, valueCount: 1 }), claims),
      claimsMade(simulatedSet({ keyCount: 1, valueCount: 1, addsOnce: true }), claims),
    ]);
  });

  test("growing sets is true", () => {
    const isWithout = ({ culprit }: Scene<GrowingSetInput, GrowingSetOutput>, element: string): boolean => culprit.output?.includes(element) === false;
    const claims: readonly Claim<GrowingSetInput, GrowingSetOutput>[] = [
      {
        pattern: /^process \d+ did not read (\S+) although process (\d+) had added it before$/,
        holds: (scene, element = "", process) =>
          isWithout(scene, element) &&
          by(
            process,
            scene.others.filter((each) => each.input.f === "add" && each.input.element === element && isBefore(each, scene.culprit)),
          ),
      },
      {
        pattern: /^process \d+ did not read (\S+) although process (\d+) had read it before$/,
        holds: (scene, element = "", process) =>
          isWithout(scene, element) &&
          by(
            process,
            scene.others.filter((each) => each.output?.includes(element) === true && isBefore(each, scene.culprit)),
          ),
      },
    ];
    expectAllMade([0, 3].map((valueCount) => claimsMade(simulatedGrowingSet({ keyCount: 1, valueCount }), claims)));
  });

  test("counters is true", () => {
    const amount = ({ input }: Operation<CounterInput, CounterOutput>): number => (input.f === "add" ? input.amount : 0);
    const claims: readonly Claim<CounterInput, CounterOutput>[] = [
      {
        pattern: /^process \d+ read (-?\d+), which nothing that can have been added by then adds up to$/,
        holds: ({ culprit, all }, value) => {
          const reached = sumsFrom(0, all.filter((each) => mayPrecede(each, culprit)).map(amount));
          return String(culprit.output) === value && !reached.has(Number(value));
        },
      },
      {
        pattern: /^process \d+ read (-?\d+) although process (\d+) had read (-?\d+) before; nothing that can have been taken away since makes up for it$/,
        holds: ({ culprit, others, all }, value, process, higher) => {
          const before = others.filter((each) => each.input.f === "read" && String(each.output) === higher && isBefore(each, culprit));
          const since = all.filter((each) => mayPrecede(each, culprit) && before.every(({ completedIndex }) => each.completedIndex > completedIndex));
          return Number(higher) > Number(value) && by(process, before) && !sumsFrom(Number(higher), since.map(amount)).has(Number(value));
        },
      },
      {
        pattern: /^process \d+ read (-?\d+) although (\d+) had been added before the read began$/,
        holds: ({ culprit, others }, value, added) => {
          const sum = others.reduce((total, each) => total + (isBefore(each, culprit) ? amount(each) : 0), 0);
          return String(sum) === added && sum > Number(value) && String(culprit.output) === value;
        },
      },
    ];
    const objects = [{ amounts: [1] }, { amounts: [1, 2, 3, -1] }].map((options) => simulatedCounter({ keyCount: 1, valueCount: 0, ...options }));
    expectAllMade(objects.map((object) => claimsMade(object, claims)));
  });

  test("locks is true", () => {
    const mayHave = (all: readonly Operation<MutexInput, MutexOutput>[], f: string, owner?: string): readonly Operation<MutexInput, MutexOutput>[] =>
      all.filter(({ input, output, type }) => input.f === f && type !== "fail" && output !== false && (owner === undefined || input.owner === owner));
    const claims: readonly Claim<MutexInput, MutexOutput>[] = [
      {
        pattern: /^process \d+: (.+) was refused \S+ although nobody can have held it by then$/,
        holds: ({ culprit, all }) =>
          culprit.input.f === "acquire" && culprit.output === false && !mayHave(all, "acquire").some((each) => mayPrecede(each, culprit)),
      },
      {
        pattern: /^process \d+: (.+) released \S+, which it cannot have held by then$/,
        holds: ({ culprit, all }, owner) =>
          culprit.input.f === "release" && culprit.output === true && !mayHave(all, "acquire", owner).some((each) => mayPrecede(each, culprit)),
      },
      {
        pattern: /^process \d+: (.+) acquired \S+ although (.+) had acquired it (before|too), and nobody can have released it in between$/,
        holds: ({ culprit, others, all }, owner, other, when) => {
          const [first] = mayHave(others, "acquire", other);
          if (first?.output !== true || culprit.output !== true || culprit.input.f !== "acquire" || culprit.input.owner !== owner) return false;
          const releases = mayHave(all, "release", other).filter((each) => mayPrecede(each, culprit) && each.completedIndex > first.completedIndex);
          return isBefore(first, culprit) === (when === "before") && releases.length === 0;
        },
      },
      {
        pattern: /^process \d+: (.+) was not let release \S+ although it had acquired it, and it cannot have released it since$/,
        holds: ({ culprit, others, all }, owner) => {
          const [first] = mayHave(others, "acquire", owner);
          if (first?.output !== true || culprit.output !== false || culprit.input.f !== "release" || !isBefore(first, culprit)) return false;
          return !mayHave(all, "release", owner).some((each) => mayPrecede(each, culprit) && each.completedIndex > first.completedIndex);
        },
      },
    ];
    expectAllMade([
      claimsMade(simulatedMutex({ keyCount: 1, valueCount: 0 }), claims),
      claimsMade(simulatedMutex({ keyCount: 1, valueCount: 0, ownersAreProcesses: true }), claims),
    ]);
  });
});
