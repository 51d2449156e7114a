// All tables of mutations with the way to load their mutants. For mutation tests.
import { configurationsMutations } from "../search/configurations.mutations.ts";
import { effectsMutations } from "../search/effects.mutations.ts";
import { frontierLineageMutations } from "../just-in-time/frontier-lineage.mutations.ts";
import { frontierMachineMutations } from "../just-in-time/frontier-machine.mutations.ts";
import { frontierSlotsMutations } from "../just-in-time/frontier-slots.mutations.ts";
import { frontierStepsMutations } from "../just-in-time/frontier-steps.mutations.ts";
import { frontierMutations } from "../just-in-time/frontier.mutations.ts";
import { justInTimeSearchMutations } from "../just-in-time/just-in-time-search.mutations.ts";
import { monitorTrials } from "./monitor-trials.fixture.ts";
import { levelLockCounterTrials } from "./level-lock-counter-trials.fixture.ts";
import { searchPools, searchTrial } from "./mutant-trial.fixture.ts";
import type { MutantTrial, SearchClass, SearchPool } from "./mutant-trial.fixture.ts";
import { loadMutant } from "./mutant.fixture.ts";
import { prospectsMutations } from "../search/prospects.mutations.ts";
import { reducedSearchMutations } from "../search/reduced-search.mutations.ts";
import { scheduleMutations } from "../search/schedule.mutations.ts";
import { transitionsMutations } from "../search/transitions.mutations.ts";

const every = searchPools(/./);
/** Few states, so that many ways lead to each. */
const small = searchPools(/^register|^set of|^mutex|^semaphore/);
/** Of models that tell the effects of their operations. */
const told = searchPools(/^register|^string store/);

export const mutantTrials: readonly MutantTrial[] = [
  depthFirst("search/reduced-search.ts", [], reducedSearchMutations),
  depthFirst("search/schedule.ts", ["search/reduced-search.ts"], scheduleMutations),
  depthFirst("search/configurations.ts", ["search/reduced-search.ts"], configurationsMutations),
  depthFirst("search/transitions.ts", ["search/reduced-search.ts"], transitionsMutations),
  depthFirst("search/prospects.ts", ["search/schedule.ts", "search/reduced-search.ts"], prospectsMutations, told),
  depthFirst("search/effects.ts", ["search/transitions.ts", "search/reduced-search.ts"], effectsMutations, told),
  justInTime("just-in-time/just-in-time-search.ts", [], justInTimeSearchMutations),
  justInTime("just-in-time/frontier-machine.ts", ["just-in-time/just-in-time-search.ts"], frontierMachineMutations),
  justInTime("just-in-time/frontier.ts", ["just-in-time/frontier-machine.ts", "just-in-time/just-in-time-search.ts"], frontierMutations, small),
  justInTime(
    "just-in-time/frontier-slots.ts",
    ["just-in-time/frontier.ts", "just-in-time/frontier-machine.ts", "just-in-time/just-in-time-search.ts"],
    frontierSlotsMutations,
  ),
  justInTime("just-in-time/frontier-steps.ts", ["just-in-time/frontier-machine.ts", "just-in-time/just-in-time-search.ts"], frontierStepsMutations),
  justInTime("just-in-time/frontier-lineage.ts", ["just-in-time/just-in-time-search.ts"], frontierLineageMutations),
  ...levelLockCounterTrials,
  ...monitorTrials,
];

type DepthFirst = typeof import("../search/reduced-search.ts");
type JustInTime = typeof import("../just-in-time/just-in-time-search.ts");

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
