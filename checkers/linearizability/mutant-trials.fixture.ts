// All tables of mutations with the way to load their mutants. For mutation tests.
import { configurationsMutations } from "./configurations.mutations.ts";
import { effectsMutations } from "./effects.mutations.ts";
import { frontierLineageMutations } from "./frontier-lineage.mutations.ts";
import { frontierMachineMutations } from "./frontier-machine.mutations.ts";
import { frontierSlotsMutations } from "./frontier-slots.mutations.ts";
import { frontierStepsMutations } from "./frontier-steps.mutations.ts";
import { frontierMutations } from "./frontier.mutations.ts";
import { justInTimeSearchMutations } from "./just-in-time-search.mutations.ts";
import { monitorTrials } from "./monitor-trials.fixture.ts";
import { levelLockCounterTrials } from "./monitors/level-lock-counter-trials.fixture.ts";
import { searchPools, searchTrial } from "./mutant-trial.fixture.ts";
import type { MutantTrial, SearchClass, SearchPool } from "./mutant-trial.fixture.ts";
import { loadMutant } from "./mutant.fixture.ts";
import { prospectsMutations } from "./prospects.mutations.ts";
import { reducedSearchMutations } from "./reduced-search.mutations.ts";
import { scheduleMutations } from "./schedule.mutations.ts";
import { transitionsMutations } from "./transitions.mutations.ts";

const every = searchPools(/./);
/** Few states, so that many ways lead to each. */
const small = searchPools(/^register|^set of|^mutex|^semaphore/);
/** Of models that tell the effects of their operations. */
const told = searchPools(/^register|^string store/);

export const mutantTrials: readonly MutantTrial[] = [
  depthFirst("reduced-search.ts", [], reducedSearchMutations),
  depthFirst("schedule.ts", ["reduced-search.ts"], scheduleMutations),
  depthFirst("configurations.ts", ["reduced-search.ts"], configurationsMutations),
  depthFirst("transitions.ts", ["reduced-search.ts"], transitionsMutations),
  depthFirst("prospects.ts", ["schedule.ts", "reduced-search.ts"], prospectsMutations, told),
  depthFirst("effects.ts", ["transitions.ts", "reduced-search.ts"], effectsMutations, told),
  justInTime("just-in-time-search.ts", [], justInTimeSearchMutations),
  justInTime("frontier-machine.ts", ["just-in-time-search.ts"], frontierMachineMutations),
  justInTime("frontier.ts", ["frontier-machine.ts", "just-in-time-search.ts"], frontierMutations, small),
  justInTime("frontier-slots.ts", ["frontier.ts", "frontier-machine.ts", "just-in-time-search.ts"], frontierSlotsMutations),
  justInTime("frontier-steps.ts", ["frontier-machine.ts", "just-in-time-search.ts"], frontierStepsMutations),
  justInTime("frontier-lineage.ts", ["just-in-time-search.ts"], frontierLineageMutations),
  ...levelLockCounterTrials,
  ...monitorTrials,
];

type DepthFirst = typeof import("./reduced-search.ts");
type JustInTime = typeof import("./just-in-time-search.ts");

function depthFirst(file: string, through: readonly string[], mutations: MutantTrial["mutations"], pools: readonly SearchPool[] = every): MutantTrial {
  const load = async (mutation: Parameters<MutantTrial["catchMutant"]>[0]): Promise<SearchClass> =>
    (await loadMutant<DepthFirst>({ file, through }, mutation)).ReducedSearch;
  return searchTrial({ file, mutations, load, pools });
}

function justInTime(file: string, through: readonly string[], mutations: MutantTrial["mutations"], pools: readonly SearchPool[] = every): MutantTrial {
  const load = async (mutation: Parameters<MutantTrial["catchMutant"]>[0]): Promise<SearchClass> =>
    (await loadMutant<JustInTime>({ file, through }, mutation)).JustInTimeSearch;
  return searchTrial({ file, mutations, load, pools });
}
