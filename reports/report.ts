// What reports are made from: results, with the words that only a registry knows. Made by the command line; reports only read it.
import type { ClaimWord, VerdictWord } from "../harness/verdict.ts";
import type { RunResult } from "../harness/run.ts";

/** One run, ready to be told. */
export interface RunReport {
  /** Name in the store; empty: the run was not stored. */
  readonly id: string;
  readonly result: RunResult;
  readonly systemText: string;
  /** All claims of the system, in its order. */
  readonly claims: readonly PromisedClaim[];
  /** Set when the run carried a planted bug. */
  readonly bug?: PlantedBug;
  /** The command that repeats the run, one line. */
  readonly repeatLine: string;
  /** Where its page is, as people open it. */
  readonly pagePath?: string;
  /** Set when the plan of this run was made smaller from a larger one. */
  readonly shrink?: ShrinkSummary;
  /** Versions and machine, name to value. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface PromisedClaim {
  readonly id: string;
  readonly text: string;
  /** Kinds of faults under which it is promised. */
  readonly faults: readonly string[];
  readonly premise: string;
}

interface PlantedBug {
  readonly name: string;
  readonly text: string;
  /** The real incident or paper. */
  readonly imitates: string;
  /** The claim that must accuse it. */
  readonly accusedBy: string;
}

interface ShrinkSummary {
  readonly operationsBefore: number;
  readonly operationsAfter: number;
  readonly faultsBefore: number;
  readonly faultsAfter: number;
  readonly runCount: number;
  readonly elapsedMs: number;
}

/** Many runs, ready to be told. */
export interface CampaignReport {
  readonly id: string;
  readonly verdict: VerdictWord;
  /** One sentence, e.g. why the verdict is unknown. */
  readonly why: string;
  readonly cells: readonly CampaignCell[];
  /** Claims of all systems, combined over all runs of correct systems. */
  readonly claims: readonly CampaignClaim[];
  readonly bugs: readonly BugScore[];
  readonly isInterrupted: boolean;
  /** Where its page is, as people open it. */
  readonly pagePath?: string;
  readonly elapsedMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** One square of the matrix, over all its seeds. */
export interface CampaignCell {
  readonly key: string;
  /** Absent: the simulation. */
  readonly runtime?: "simulation" | "process" | "container";
  readonly system: string;
  readonly variant: string;
  readonly workload: string;
  /** Names of nemeses, joined by `+`. */
  readonly nemesis: string;
  /** `not-exercised`: no run of it counts as evidence, e.g. since the nemesis has no effect on this system. */
  readonly verdict: ClaimWord;
  readonly why: string;
  readonly runCount: number;
  readonly invalidCount: number;
  readonly unknownCount: number;
  readonly okCount: number;
  /** Faults that really had an effect. */
  readonly effectiveFaultCount: number;
  /** Page of its worst run, relative to the campaign's page; absent: none was stored. */
  readonly worstRunPage?: string;
  /** The command that repeats its worst run. */
  readonly repeatLine?: string;
}

export interface CampaignClaim {
  readonly system: string;
  readonly id: string;
  readonly text: string;
  readonly verdict: ClaimWord;
  readonly why: string;
  readonly exercisedCount: number;
  readonly violatedCount: number;
}

/** How a planted bug fared against the search. */
export interface BugScore {
  readonly system: string;
  readonly name: string;
  readonly text: string;
  readonly expectedClaim: string;
  /** The claims that accused it, most often first. */
  readonly accusedBy: readonly string[];
  readonly isFound: boolean;
  readonly seedCount: number;
  readonly foundCount: number;
  readonly why: string;
  readonly runPage?: string;
  readonly repeatLine?: string;
}
