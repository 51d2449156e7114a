// How the mutants of the monitors of registers, queues, stacks and priority queues are tried. For mutation tests.
import type { QueueInput } from "../models/fifo-queue.ts";
import type { PriorityQueueInput } from "../models/priority-queue.ts";
import type { StackInput } from "../models/stack.ts";
import { containerLivesMutations } from "../monitors/container/container-lives.mutations.ts";
import { clientHistory, tangledHistory } from "../monitors/container/container-trial.fixture.ts";
import type { ContainerWords } from "../monitors/container/container-trial.fixture.ts";
import { coverTreeMutations } from "../monitors/container/cover-tree.mutations.ts";
import { criticalIntervalsMutations } from "../monitors/container/critical-intervals.mutations.ts";
import { dealingMutations } from "../monitors/container/dealing.mutations.ts";
import { dealtRemovalsMutations } from "../monitors/container/dealt-removals.mutations.ts";
import { fifoQueueDealMutations } from "../monitors/queue/fifo-queue-deal.mutations.ts";
import { fifoQueueLivesMutations } from "../monitors/queue/fifo-queue-lives.mutations.ts";
import { fifoQueueOrderMutations } from "../monitors/queue/fifo-queue-order.mutations.ts";
import { fifoQueueOrder } from "../monitors/queue/fifo-queue-order.ts";
import { fifoQueueScheduleMutations } from "../monitors/queue/fifo-queue-schedule.mutations.ts";
import { fifoQueueSuspectsMutations } from "../monitors/queue/fifo-queue-suspects.mutations.ts";
import { latestRemovalsMutations } from "../monitors/container/latest-removals.mutations.ts";
import { linearOrderMutations } from "../monitors/container/linear-order.mutations.ts";
import { pointSetMutations } from "../monitors/container/point-set.mutations.ts";
import { priorityPollingMutations } from "../monitors/container/priority-polling.mutations.ts";
import { priorityQueueOrder } from "../monitors/container/priority-queue-order.ts";
import { registerZonesBlocksMutations } from "../monitors/register/register-zones-blocks.mutations.ts";
import { registerZonesClustersMutations } from "../monitors/register/register-zones-clusters.mutations.ts";
import { registerZonesPlacementMutations } from "../monitors/register/register-zones-placement.mutations.ts";
import { registerZonesRefusalsMutations } from "../monitors/register/register-zones-refusals.mutations.ts";
import { registerZonesReplacementsMutations } from "../monitors/register/register-zones-replacements.mutations.ts";
import { registerZonesTimelineMutations } from "../monitors/register/register-zones-timeline.mutations.ts";
import { registerZonesMutations } from "../monitors/register/register-zones.mutations.ts";
import { registerZones } from "../monitors/register/register-zones.ts";
import { stackNestingMutations } from "../monitors/container/stack-nesting.mutations.ts";
import { stackOrder } from "../monitors/container/stack-order.ts";
import { monitorTrial } from "./mutant-trial.fixture.ts";
import type { MutantTrial } from "./mutant-trial.fixture.ts";
import { filesBetween, loadMutant } from "./mutant.fixture.ts";
import type { Mutation } from "./mutant.ts";
import { simulatedPriorityQueue, simulatedQueue, simulatedRegister, simulatedStack } from "../simulated/simulated-objects.ts";

const tables: Readonly<Record<string, readonly Mutation[]>> = {
  "container/container-lives": containerLivesMutations,
  "container/cover-tree": coverTreeMutations,
  "container/critical-intervals": criticalIntervalsMutations,
  "container/dealing": dealingMutations,
  "container/dealt-removals": dealtRemovalsMutations,
  "queue/fifo-queue-deal": fifoQueueDealMutations,
  "queue/fifo-queue-lives": fifoQueueLivesMutations,
  "queue/fifo-queue-order": fifoQueueOrderMutations,
  "queue/fifo-queue-schedule": fifoQueueScheduleMutations,
  "queue/fifo-queue-suspects": fifoQueueSuspectsMutations,
  "container/latest-removals": latestRemovalsMutations,
  "container/linear-order": linearOrderMutations,
  "container/point-set": pointSetMutations,
  "container/priority-polling": priorityPollingMutations,
  "register/register-zones": registerZonesMutations,
  "register/register-zones-blocks": registerZonesBlocksMutations,
  "register/register-zones-clusters": registerZonesClustersMutations,
  "register/register-zones-placement": registerZonesPlacementMutations,
  "register/register-zones-refusals": registerZonesRefusalsMutations,
  "register/register-zones-replacements": registerZonesReplacementsMutations,
  "register/register-zones-timeline": registerZonesTimelineMutations,
  "container/stack-nesting": stackNestingMutations,
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
  const source = seen(file, "monitors/container/stack-order.ts");
  const object = simulatedStack(distinct);
  const words: ContainerWords<StackInput, string> = { put: (value) => ({ f: "push", key: "k0", value }), remove: { f: "pop", key: "k0" }, value: String };
  return (
    source &&
    monitorTrial({
      file,
      mutations,
      original: stackOrder,
      objects: [object, simulatedStack(repeated)],
      load: async (mutation) => (await loadMutant<typeof import("../monitors/container/stack-order.ts")>(source, mutation)).stackOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function priorityQueueTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/container/priority-queue-order.ts");
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
      load: async (mutation) => (await loadMutant<typeof import("../monitors/container/priority-queue-order.ts")>(source, mutation)).priorityQueueOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function queueTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/queue/fifo-queue-order.ts");
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
      load: async (mutation) => (await loadMutant<typeof import("../monitors/queue/fifo-queue-order.ts")>(source, mutation)).fifoQueueOrder,
      draw: (random) => (random.chance(0.7, "tangled") ? tangledHistory(words, random) : clientHistory(object, random)),
    })
  );
}

function registerTrial(file: string, mutations: readonly Mutation[]): MutantTrial | undefined {
  const source = seen(file, "monitors/register/register-zones.ts");
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
      load: async (mutation) => (await loadMutant<typeof import("../monitors/register/register-zones.ts")>(source, mutation)).registerZones(null),
    })
  );
}
