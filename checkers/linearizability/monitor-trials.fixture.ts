// How the mutants of the monitors of registers, queues, stacks and priority queues are tried. For mutation tests.
import type { QueueInput } from "./models/fifo-queue.ts";
import type { PriorityQueueInput } from "./models/priority-queue.ts";
import type { StackInput } from "./models/stack.ts";
import { containerLivesMutations } from "./monitors/container-lives.mutations.ts";
import { clientHistory, tangledHistory } from "./monitors/container-trial.fixture.ts";
import type { ContainerWords } from "./monitors/container-trial.fixture.ts";
import { coverTreeMutations } from "./monitors/cover-tree.mutations.ts";
import { criticalIntervalsMutations } from "./monitors/critical-intervals.mutations.ts";
import { dealingMutations } from "./monitors/dealing.mutations.ts";
import { dealtRemovalsMutations } from "./monitors/dealt-removals.mutations.ts";
import { fifoQueueDealMutations } from "./monitors/fifo-queue-deal.mutations.ts";
import { fifoQueueLivesMutations } from "./monitors/fifo-queue-lives.mutations.ts";
import { fifoQueueOrderMutations } from "./monitors/fifo-queue-order.mutations.ts";
import { fifoQueueOrder } from "./monitors/fifo-queue-order.ts";
import { fifoQueueScheduleMutations } from "./monitors/fifo-queue-schedule.mutations.ts";
import { fifoQueueSuspectsMutations } from "./monitors/fifo-queue-suspects.mutations.ts";
import { latestRemovalsMutations } from "./monitors/latest-removals.mutations.ts";
import { linearOrderMutations } from "./monitors/linear-order.mutations.ts";
import { pointSetMutations } from "./monitors/point-set.mutations.ts";
import { priorityPollingMutations } from "./monitors/priority-polling.mutations.ts";
import { priorityQueueOrder } from "./monitors/priority-queue-order.ts";
import { registerZonesBlocksMutations } from "./monitors/register-zones-blocks.mutations.ts";
import { registerZonesClustersMutations } from "./monitors/register-zones-clusters.mutations.ts";
import { registerZonesPlacementMutations } from "./monitors/register-zones-placement.mutations.ts";
import { registerZonesRefusalsMutations } from "./monitors/register-zones-refusals.mutations.ts";
import { registerZonesReplacementsMutations } from "./monitors/register-zones-replacements.mutations.ts";
import { registerZonesTimelineMutations } from "./monitors/register-zones-timeline.mutations.ts";
import { registerZonesMutations } from "./monitors/register-zones.mutations.ts";
import { registerZones } from "./monitors/register-zones.ts";
import { stackNestingMutations } from "./monitors/stack-nesting.mutations.ts";
import { stackOrder } from "./monitors/stack-order.ts";
import { monitorTrial } from "./mutant-trial.fixture.ts";
import type { MutantTrial } from "./mutant-trial.fixture.ts";
import { filesBetween, loadMutant } from "./mutant.fixture.ts";
import type { Mutation } from "./mutant.ts";
import { simulatedPriorityQueue, simulatedQueue, simulatedRegister, simulatedStack } from "./simulated-objects.ts";

const tables: Readonly<Record<string, readonly Mutation[]>> = {
  "container-lives": containerLivesMutations,
  "cover-tree": coverTreeMutations,
  "critical-intervals": criticalIntervalsMutations,
  dealing: dealingMutations,
  "dealt-removals": dealtRemovalsMutations,
  "fifo-queue-deal": fifoQueueDealMutations,
  "fifo-queue-lives": fifoQueueLivesMutations,
  "fifo-queue-order": fifoQueueOrderMutations,
  "fifo-queue-schedule": fifoQueueScheduleMutations,
  "fifo-queue-suspects": fifoQueueSuspectsMutations,
  "latest-removals": latestRemovalsMutations,
  "linear-order": linearOrderMutations,
  "point-set": pointSetMutations,
  "priority-polling": priorityPollingMutations,
  "register-zones": registerZonesMutations,
  "register-zones-blocks": registerZonesBlocksMutations,
  "register-zones-clusters": registerZonesClustersMutations,
  "register-zones-placement": registerZonesPlacementMutations,
  "register-zones-refusals": registerZonesRefusalsMutations,
  "register-zones-replacements": registerZonesReplacementsMutations,
  "register-zones-timeline": registerZonesTimelineMutations,
  "stack-nesting": stackNestingMutations,
};

const distinct = { keyCount: 1, valueCount: 0 };
const repeated = { keyCount: 1, valueCount: 3 };
type Load = Parameters<typeof loadMutant>;

/** One trial a table; a file that several monitors are made of is tried with each. */
export const monitorTrials: readonly MutantTrial[] = Object.entries(tables).map(([name, mutations]) => {
  const file = `monitors/${name}.ts`;
  const trials = [stackTrial, priorityQueueTrial, queueTrial, registerTrial].flatMap((make) => make(file, mutations) ?? []);
  return {
    file,
    mutations,
    async catchMutant(mutation) {
      for (const trial of trials) {
        const caught = await trial.catchMutant(mutation);
        if (caught !== undefined) return caught;
      }
      return undefined;
    },
  };
});

/** The files through which the monitor sees the file, if it does. */
function seen(file: string, entry: string): Load[0] | undefined {
  const through = filesBetween(file, entry);
  return through.length > 0 || file === entry ? { file, through } : undefined;
}

function stackTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/stack-order.ts");
  const object = simulatedStack(distinct);
  const words: ContainerWords<StackInput, string> = { put: (value) => ({ f: "push", key: "k0", value }), remove: { f: "pop", key: "k0" }, value: String };
  return (
    source &&
    monitorTrial({
      file,
      mutations,
      original: stackOrder,
      objects: [object, simulatedStack(repeated)],
      load: async (mutation) => (await loadMutant<typeof import("./monitors/stack-order.ts")>(source, mutation)).stackOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function priorityQueueTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/priority-queue-order.ts");
  const object = simulatedPriorityQueue(distinct);
  const words: ContainerWords<PriorityQueueInput, number> = {
    put: (value) => ({ f: "insert", key: "k0", value }),
    remove: { f: "poll", key: "k0" },
    value: (index) => index,
  };
  return (
    source &&
    monitorTrial({
      file,
      mutations,
      original: priorityQueueOrder,
      objects: [object, simulatedPriorityQueue(repeated)],
      load: async (mutation) => (await loadMutant<typeof import("./monitors/priority-queue-order.ts")>(source, mutation)).priorityQueueOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function queueTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/fifo-queue-order.ts");
  const object = simulatedQueue(distinct);
  const words: ContainerWords<QueueInput, string> = {
    put: (value) => ({ f: "enqueue", key: "k0", value }),
    remove: { f: "dequeue", key: "k0" },
    value: String,
  };
  return (
    source &&
    monitorTrial({
      file,
      mutations,
      original: fifoQueueOrder,
      objects: [object, simulatedQueue(repeated)],
      load: async (mutation) => (await loadMutant<typeof import("./monitors/fifo-queue-order.ts")>(source, mutation)).fifoQueueOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function registerTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/register-zones.ts");
  return (
    source &&
    monitorTrial({
      file,
      mutations,
      original: registerZones(null),
      objects: [
        simulatedRegister({ ...distinct, casShare: 0 }),
        simulatedRegister(distinct),
        simulatedRegister({ ...distinct, casShare: 0.3, deleteShare: 0.08 }),
        simulatedRegister({ ...distinct, casShare: 0.45, deleteShare: 0 }),
        simulatedRegister({ keyCount: 1, valueCount: 4, casShare: 0.3 }),
      ],
      load: async (mutation) => (await loadMutant<typeof import("./monitors/register-zones.ts")>(source, mutation)).registerZones(null),
    })
  );
}
