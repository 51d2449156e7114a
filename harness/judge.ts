// A history in, the verdict of the run out. From the history alone, so that old runs can be judged again by newer checkers.
import { builtInJudgements, builtInNames } from "./built-in-claims.ts";
import { assertJudgesExist, claimsOf, judgeClaim, type JudgedClaim } from "./claims.ts";
import type { Limits } from "./checker.ts";
import { EvidenceList } from "./evidence-list.ts";
import type { History } from "./history.ts";
import { InvariantWatch } from "./invariant-watch.ts";
import type { Json } from "./json.ts";
import type { Judgement, Judgements } from "./judgement.ts";
import { phaseLengths } from "./phase-lengths.ts";
import { probeJudgements } from "./probe-judgements.ts";
import type { ResolvedPlan, RunEnding } from "./run.ts";
import { countOperations, summarize, type OperationCounts } from "./run-summary.ts";
import type { ClaimVerdict, Verdict, VerdictWord } from "./verdict.ts";
import type { Workload } from "./workload.ts";

export interface JudgeOptions {
  readonly limits: Limits;
  readonly ending: RunEnding;
  /** Why the run ended before its time, one clause. */
  readonly reason?: string;
  /** What a watch that saw every fact of the history says, so that it need not be asked again. Default: asked here. */
  readonly invariants?: Judgements;
}

export interface Judged {
  readonly verdict: Verdict;
  /** `CLAIM/JUDGE` of the first violated claim, null if none. */
  readonly failureClass: string | null;
}

/**
 * Asks the checker, the invariants, the probes and the built-in judges, and says from them what the run means for each
 * claim of the variant. A violation accuses only where a claim covers every fault that took effect; one that no claim
 * covers is listed in `statistics.uncovered`. @throws Error if a claim names a judge that does not exist
 */
export function judge(history: History, resolved: Omit<ResolvedPlan, "runtime" | "nemeses">, options: JudgeOptions): Judged {
  const { plan, workload } = resolved;
  assertJudgesExist(resolved, { workload: workload.name, properties: workload.properties.map(({ id }) => id), builtIns: builtInNames });
  // First, because the history pairs its operations once, at the first question, and the checker's decoding builds on that.
  const summary = summarize(history, plan.workload);
  const counts = countOperations(history);
  const checked = checkerVerdict(workload, history, options.limits);
  const judgements = new Map([
    ...propertyJudgements(workload, checked),
    ...(options.invariants ?? invariantJudgements(history, resolved)),
    ...probeJudgements(history.facts, resolved.system),
    ...builtIns(history, resolved, options),
  ]);
  const claims = claimsOf(resolved, judgements).map((claim) => judgeClaim(claim, judgements, { summary, incomplete: incompleteness(options) }));
  const uncovered = uncoveredViolations(judgements, claims);
  const statistics = {
    ...checked.statistics,
    operations: { ...counts },
    effectiveFaults: summary.effectiveFaults,
    ...(uncovered.length === 0 ? {} : { uncovered }),
  };
  return assembled({ claims, checked, judgements, uncovered, statistics }, { ...options, counts });
}

function checkerVerdict(workload: Workload, history: History, limits: Limits): Verdict {
  try {
    return consistent(workload.check(history, limits));
  } catch (error) {
    const why = `the checker of ${workload.name} failed: ${error instanceof Error ? error.message : String(error)}`;
    return {
      verdict: "unknown",
      why,
      claims: workload.properties.map(({ id }) => ({ id, verdict: "unknown", why, evidence: [] })),
      evidence: [],
      statistics: {},
    };
  }
}

/** A violation that no property owns up to could be lost on the way to the claims. */
function consistent(verdict: Verdict): Verdict {
  if (verdict.verdict === "invalid" && !verdict.claims.some((claim) => claim.verdict === "invalid"))
    throw new Error(`it says invalid (${verdict.why}) of no property in particular`);
  return verdict;
}

function propertyJudgements({ name, properties }: Workload, { claims, evidence }: Verdict): [string, Judgement][] {
  return properties.map(({ id }) => {
    const claim = claims.find((candidate) => candidate.id === id);
    if (claim === undefined) return [`${name}:${id}`, { word: "unknown", why: `the checker of ${name} said nothing about ${id}`, evidence: [] }];
    return [`${name}:${id}`, { word: claim.verdict, why: claim.why, evidence: claim.evidence.flatMap((index) => evidence[index] ?? []) }];
  });
}

function invariantJudgements({ facts }: History, { system, variant }: Pick<ResolvedPlan, "system" | "variant">): Judgements {
  const watch = new InvariantWatch(system.invariants, variant.name);
  for (const fact of facts) watch.observe(fact);
  return watch.judgements();
}

function builtIns(history: History, { plan }: Pick<ResolvedPlan, "plan">, { ending }: JudgeOptions): Judgements {
  return builtInJudgements(history, {
    isSimulation: plan.runtime === "simulation",
    isCompleted: ending === "completed" && !history.isCut,
    coreLivenessMs: phaseLengths(plan).coreLivenessMs,
  });
}

function incompleteness({ ending, reason }: JudgeOptions): string | undefined {
  return ending === "completed" ? undefined : `the run was not completed (${ending}${reason === undefined || reason === "" ? "" : `: ${reason}`})`;
}

/** Violations that accuse nobody, because no claim of the variant covers this judge under these faults. */
function uncoveredViolations(judgements: Judgements, claims: readonly JudgedClaim[]): { judge: string; why: string }[] {
  const accusing = new Set(claims.filter(({ word }) => word === "invalid").map(({ judge: accuser }) => accuser));
  return [...judgements]
    .filter(([name, { word }]) => word === "invalid" && !accusing.has(name) && !isUnpromisedLiveness(name))
    .map(([name, { why }]) => ({ judge: name, why }));
}

/** Not every system promises to recover or to be available; a crash by an exception is worth a line in any. */
function isUnpromisedLiveness(judge: string): boolean {
  return judge.startsWith("built-in:") && judge !== "built-in:no-uncaught-exception";
}

interface Parts {
  readonly claims: readonly JudgedClaim[];
  readonly checked: Verdict;
  readonly judgements: Judgements;
  readonly uncovered: readonly { readonly judge: string; readonly why: string }[];
  readonly statistics: Readonly<Record<string, Json>>;
}

function assembled({ claims, checked, judgements, uncovered, statistics }: Parts, run: JudgeOptions & { readonly counts: OperationCounts }): Judged {
  const evidence = new EvidenceList(checked.evidence);
  const claimVerdicts = claims.map(({ id, word, why, judgement }): ClaimVerdict => ({
    id,
    verdict: word,
    why,
    evidence: evidence.add(judgement?.evidence ?? []),
  }));
  for (const { judge: name } of uncovered) evidence.add(judgements.get(name)?.evidence ?? []);
  const violated = claims.find(({ word }) => word === "invalid");
  const { verdict, why } = wordOf(claims, run);
  const listed = uncovered.length === 0 ? "" : `; outside every claim: ${uncovered.map((violation) => `${violation.judge} (${violation.why})`).join(", ")}`;
  return {
    verdict: { verdict, why: `${why}${listed}`, claims: claimVerdicts, evidence: evidence.all, statistics },
    failureClass: violated === undefined ? null : `${violated.id}/${violated.judge ?? ""}`,
  };
}

/** Invalid over unknown over valid; nothing is valid that has not been exercised. */
function wordOf(
  claims: readonly JudgedClaim[],
  run: JudgeOptions & { readonly counts: OperationCounts },
): { readonly verdict: VerdictWord; readonly why: string } {
  const of = (word: JudgedClaim["word"]): readonly JudgedClaim[] => claims.filter((claim) => claim.word === word);
  const [violated] = of("invalid");
  if (violated !== undefined) return { verdict: "invalid", why: `${violated.id} is violated: ${violated.why}` };
  const incomplete = incompleteness(run);
  if (incomplete !== undefined) return { verdict: "unknown", why: incomplete };
  if (run.counts.okCount === 0) return { verdict: "unknown", why: "no operation was ok: the run proves nothing" };
  const [undecided] = of("unknown");
  if (undecided !== undefined) return { verdict: "unknown", why: `${undecided.id} is undecided: ${undecided.why}` };
  if (of("valid").length === 0) return { verdict: "unknown", why: "no claim was exercised" };
  return { verdict: "valid", why: `${of("valid").length} claims held, ${of("not-exercised").length} were not exercised` };
}
