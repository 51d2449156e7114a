// How the mutants of the monitors of sets, semaphores, counters and locks are tried: on random histories, and on a few by
// hand for rules that chance meets seldom. For mutation tests.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { operationsOf } from "../simulated/handwritten.ts";
import type { Handwritten } from "../simulated/handwritten.ts";
import type { Model, Monitor } from "../model.ts";
import type { CounterInput, CounterOutput } from "../models/counter.ts";
import type { FencedLockInput, FencedLockOutput } from "../models/fenced-lock.ts";
import type { MutexInput, MutexOutput } from "../models/mutex.ts";
import { semaphore } from "../models/semaphore.ts";
import type { SemaphoreInput, SemaphoreOutput } from "../models/semaphore.ts";
import type { GrowingSetInput, GrowingSetOutput } from "../models/set.ts";
import { monitorTrial } from "./mutant-trial.fixture.ts";
import type { MonitorTrialOptions, MutantTrial } from "./mutant-trial.fixture.ts";
import { loadMutant } from "./mutant.fixture.ts";
import type { Mutation } from "./mutant.ts";
import type { SimulatedObject } from "../simulated/simulated-history.ts";
import {
  simulatedCounter,
  simulatedFencedLock,
  simulatedGrowingSet,
  simulatedMutex,
  simulatedSemaphore,
  simulatedSet,
} from "../simulated/simulated-objects.ts";
import { faultOfLinearization } from "../certificate.ts";
import { boundedLevelMutations } from "../monitors/level/bounded-level.mutations.ts";
import { counterBounds } from "../monitors/counter/counter-bounds.ts";
import { counterBoundsMutations } from "../monitors/counter/counter-bounds.mutations.ts";
import { counterDeadlines } from "../monitors/counter/counter-deadlines.ts";
import { counterDeadlinesMutations } from "../monitors/counter/counter-deadlines.mutations.ts";
import { counterSlotsMutations } from "../monitors/counter/counter-slots.mutations.ts";
import { fencedLockTokens } from "../monitors/level/fenced-lock-tokens.ts";
import { fencedLockTokensMutations } from "../monitors/level/fenced-lock-tokens.mutations.ts";
import { growingSetSnapshots } from "../monitors/growing-set-snapshots.ts";
import { growingSetSnapshotsMutations } from "../monitors/growing-set-snapshots.mutations.ts";
import { lockOwnersMutations } from "../monitors/level/lock-owners.mutations.ts";
import { lockTenuresMutations } from "../monitors/level/lock-tenures.mutations.ts";
import { mutexHolders } from "../monitors/level/mutex-holders.ts";
import { semaphorePermits } from "../monitors/level/semaphore-permits.ts";
import { semaphorePermitsMutations } from "../monitors/level/semaphore-permits.mutations.ts";
import { setPresence } from "../monitors/level/set-presence.ts";
import { setPresenceMutations } from "../monitors/level/set-presence.mutations.ts";

type Permits = typeof import("../monitors/level/semaphore-permits.ts");
type Deadlines = typeof import("../monitors/counter/counter-deadlines.ts");
type Holders = typeof import("../monitors/level/mutex-holders.ts");

const options = { keyCount: 1, valueCount: 0 };
const owners = { ...options, ownersAreProcesses: true };

/** Operations of unknown outcome by place, with the end that they have all the same. */
type Ends = Readonly<Record<number, number>>;

const growingSets = [simulatedGrowingSet(options), simulatedGrowingSet({ keyCount: 1, valueCount: 3 })];
const snapshotExamples = [
  // A maybe that was over, and another add of the element.
  example<GrowingSetInput, GrowingSetOutput>(
    [
      [0, 0, undefined, { f: "add", key: "s", element: "1" }],
      [1, 2, 3, { f: "read", key: "s" }, []],
      [2, 4, undefined, { f: "add", key: "s", element: "1" }],
      [1, 5, 6, { f: "read", key: "s" }, ["1"]],
    ],
    { 0: 1 },
  ),
];

const counters = [
  simulatedCounter({ ...options, amounts: [1] }),
  simulatedCounter({ ...options, amounts: [-2] }),
  simulatedCounter({ ...options, amounts: [1], addsAnswer: "sometimes" }),
];
const add = { f: "add", key: "c", amount: 1 } as const;
const deadlineExamples = [
  // Four of five adds are counted, and three of them are maybes.
  example<CounterInput, CounterOutput>(
    [
      [0, 0, undefined, add],
      [1, 2, undefined, add],
      [2, 4, 6, add, null],
      [3, 5, undefined, add],
      [2, 7, 9, add, null],
      [2, 10, 11, { f: "read", key: "c" }, 4],
    ],
    { 0: 1, 1: 3, 3: 8 },
  ),
];

const acquire = (owner: string): MutexInput => ({ f: "acquire", key: "l", owner });
const release = (owner: string): MutexInput => ({ f: "release", key: "l", owner });
const storyExamples = [
  // Of two releases the first let another owner in.
  example<MutexInput, MutexOutput>(
    [
      [0, 0, 1, acquire("a"), true],
      [0, 2, undefined, release("a")],
      [1, 4, 5, acquire("b"), true],
      [1, 6, 7, release("b"), true],
      [0, 8, undefined, release("a")],
      [0, 10, 11, acquire("a"), true],
    ],
    { 1: 3, 4: 9 },
  ),
  // Of two acquisitions the last came after another owner.
  example<MutexInput, MutexOutput>(
    [
      [0, 0, undefined, acquire("a")],
      [1, 2, 3, acquire("b"), true],
      [1, 4, 5, release("b"), true],
      [0, 6, undefined, acquire("a")],
      [0, 8, 9, release("a"), true],
    ],
    { 0: 1, 3: 7 },
  ),
];
const holderExamples = [
  // The release did not happen.
  example<MutexInput, MutexOutput>(
    [
      [0, 0, 1, acquire("a"), true],
      [0, 2, undefined, release("a")],
      [1, 4, 5, acquire("b"), false],
    ],
    { 1: 3 },
  ),
];
const tokenExamples = [
  // Nobody needs to believe that the lock was given back and taken again, which would take token 2.
  example<FencedLockInput, FencedLockOutput>(
    [
      [0, 0, 1, acquire("a"), 1],
      [0, 2, undefined, release("a")],
      [0, 4, undefined, acquire("a")],
      [0, 6, 7, release("a"), true],
      [1, 8, 9, acquire("b"), 2],
    ],
    { 1: 3, 2: 5 },
  ),
  // The grant of unknown outcome took token 1, 2 or 3, and nothing of what comes later.
  example<FencedLockInput, FencedLockOutput>(
    [
      [0, 0, undefined, acquire("a")],
      [0, 2, 3, release("a"), true],
      [0, 4, 5, acquire("a"), 4],
      [0, 6, 7, release("a"), true],
      [0, 8, 9, acquire("a"), 5],
    ],
    { 0: 1 },
  ),
];

/** To be tried with all other mutants. */
export const levelLockCounterTrials: readonly MutantTrial[] = [
  permitsTrial("level/bounded-level", ["level/semaphore-permits"], boundedLevelMutations),
  permitsTrial("level/semaphore-permits", [], semaphorePermitsMutations),
  trial("level/set-presence", setPresenceMutations, {
    original: setPresence,
    load: async (source) => (await loadMutant<typeof import("../monitors/level/set-presence.ts")>(source.of, source.mutation)).setPresence,
    objects: [simulatedSet({ keyCount: 1, valueCount: 1 })],
  }),
  trial("growing-set-snapshots", growingSetSnapshotsMutations, {
    original: growingSetSnapshots,
    load: async (source) => (await loadMutant<typeof import("../monitors/growing-set-snapshots.ts")>(source.of, source.mutation)).growingSetSnapshots,
    objects: growingSets,
    examples: snapshotExamples,
  }),
  trial("counter/counter-slots", counterSlotsMutations, {
    through: ["counter/counter-deadlines"],
    original: counterDeadlines,
    load: async (source) => (await loadMutant<Deadlines>(source.of, source.mutation)).counterDeadlines,
    objects: counters,
    examples: deadlineExamples,
  }),
  trial("counter/counter-deadlines", counterDeadlinesMutations, {
    original: counterDeadlines,
    load: async (source) => (await loadMutant<Deadlines>(source.of, source.mutation)).counterDeadlines,
    objects: counters,
    examples: deadlineExamples,
  }),
  trial("counter/counter-bounds", counterBoundsMutations, {
    original: counterBounds,
    load: async (source) => (await loadMutant<typeof import("../monitors/counter/counter-bounds.ts")>(source.of, source.mutation)).counterBounds,
    objects: [
      [1, 2, 3, -1],
      [1, 3],
      [-1, -4],
    ].map((amounts) => simulatedCounter({ ...options, amounts, addsAnswer: "sometimes" })),
  }),
  trial("level/lock-owners", lockOwnersMutations, {
    through: ["level/mutex-holders"],
    original: mutexHolders,
    load: async (source) => (await loadMutant<Holders>(source.of, source.mutation)).mutexHolders,
    objects: [simulatedMutex(owners), simulatedMutex(options)],
    examples: storyExamples,
  }),
  trial("level/lock-tenures", lockTenuresMutations, {
    through: ["level/mutex-holders"],
    original: mutexHolders,
    load: async (source) => (await loadMutant<Holders>(source.of, source.mutation)).mutexHolders,
    objects: [simulatedMutex(owners)],
    examples: holderExamples,
  }),
  trial("level/fenced-lock-tokens", fencedLockTokensMutations, {
    original: fencedLockTokens,
    load: async (source) => (await loadMutant<typeof import("../monitors/level/fenced-lock-tokens.ts")>(source.of, source.mutation)).fencedLockTokens,
    objects: [simulatedFencedLock(owners)],
    examples: tokenExamples,
  }),
];

/** Semaphores of one and of two permits, told apart by their key. */
function permitsTrial(file: string, through: readonly string[], mutations: readonly Mutation[]): MutantTrial {
  const byKey = (permitsOf: typeof semaphorePermits): Monitor<SemaphoreInput, SemaphoreOutput> => ({
    ...permitsOf(1),
    decide: (operations) => permitsOf(operations[0]?.input.key === "one" ? 1 : 2).decide(operations),
  });
  return trial(file, mutations, {
    through,
    original: byKey(semaphorePermits),
    load: async (source) => byKey((await loadMutant<Permits>(source.of, source.mutation)).semaphorePermits),
    objects: [permits(1, "one"), permits(2, "two")],
  });
}

function permits(count: number, key: string): SimulatedObject<number, SemaphoreInput, SemaphoreOutput> {
  const object = simulatedSemaphore(options);
  return {
    ...object,
    model: semaphore(count),
    draw: (random, drawn, present) => ({ ...object.draw(random, drawn, present), key }),
    answer: (out, input) => (input.f === "acquire" ? out < count : out > 0),
  };
}

interface MutantChoice {
  readonly of: Parameters<typeof loadMutant>[0];
  readonly mutation: Mutation;
}

interface TrialOptions<S, I extends Input, O extends Json> extends Pick<MonitorTrialOptions<S, I, O>, "original" | "objects"> {
  readonly load: (source: MutantChoice) => Promise<Monitor<I, O>>;
  readonly through?: readonly string[];
  readonly examples?: readonly (readonly Operation<I, O>[])[];
}

function trial<S, I extends Input, O extends Json>(
  name: string,
  mutations: readonly Mutation[],
  { original, objects, load, through = [], examples = [] }: TrialOptions<S, I, O>,
): MutantTrial {
  const file = `monitors/${name}.ts`;
  const of = { file, through: through.map((each) => `monitors/${each}.ts`) };
  const loaded = (mutation: Mutation | undefined): Promise<Monitor<I, O>> => (mutation === undefined ? Promise.resolve(original) : load({ of, mutation }));
  const random = monitorTrial({ file, mutations, original, objects, load: loaded });
  return {
    ...random,
    async catchMutant(mutation) {
      const model = objects[0]?.model;
      const mutant = await loaded(mutation);
      const caught = examples.findIndex((operations) => model !== undefined && isWrong(model, operations, { mutant, original }));
      return caught === -1 ? random.catchMutant(mutation) : `is wrong about handwritten history ${caught}`;
    },
  };
}

interface Rivals<I extends Input, O extends Json> {
  readonly mutant: Monitor<I, O>;
  readonly original: Monitor<I, O>;
}

/** Whether the answer contradicts brute force, its order has a fault, or the mutant alone declines. */
function isWrong<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  { mutant, original }: Rivals<I, O>,
): boolean {
  const answer = mutant.decide(operations);
  if (answer.verdict === "inapplicable") return original.decide(operations).verdict !== "inapplicable";
  if ((answer.verdict === "valid") !== isLinearizableByBruteForce(model, operations)) return true;
  return answer.verdict === "valid" && faultOfLinearization(model, operations, answer.order) !== undefined;
}

function example<I extends Input, O extends Json>(lines: readonly Handwritten<I, O>[], ends: Ends): Operation<I, O>[] {
  return operationsOf(lines).map((operation) => ({ ...operation, completedIndex: ends[operation.id] ?? operation.completedIndex }));
}
