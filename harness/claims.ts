// From judgements to claims: which claims of a system a run may judge, and what it says of each. For the judge.
import { assert } from "./errors.ts";
import type { Judgement, Judgements } from "./judgement.ts";
import type { ResolvedPlan } from "./run.ts";
import type { Claim, RunSummary, System, Variant } from "./system.ts";
import { worstClaim, type ClaimWord } from "./verdict.ts";

/** A claim judged in one run. */
export interface JudgedClaim {
  readonly id: string;
  readonly word: ClaimWord;
  readonly why: string;
  /** The judge that decided, e.g. `register:linearizable`; undefined if none took part. */
  readonly judge: string | undefined;
  readonly judgement: Judgement | undefined;
}

type Subject = Pick<ResolvedPlan, "system" | "variant">;

/** The claims that a system makes in a variant, and a claim for each probe that failed unclaimed: an assertion of the node itself needs no promise. */
export function claimsOf(subject: Subject, judgements: Judgements): readonly Claim[] {
  const claims = ownClaims(subject.system, subject.variant);
  const claimed = new Set(claims.flatMap(({ judgedBy }) => judgedBy));
  const unclaimed = [...judgements].filter(([judge, { word }]) => judge.startsWith("probe:") && word === "invalid" && !claimed.has(judge));
  return [...claims, ...unclaimed.map(([judge]) => probeClaim(judge, subject.variant))];
}

/** Whether a violation found by this judge would accuse the system while no other faults than these have taken effect. */
export function mayAccuse({ system, variant }: Subject, judge: string, effectiveKinds: readonly string[]): boolean {
  return ownClaims(system, variant).some((claim) => claim.judgedBy.includes(judge) && outside(claim, effectiveKinds).length === 0);
}

/**
 * One claim. A violation accuses only within the claim's faults, but needs no premise: it is a proof. A claim is valid
 * only if its premise held and the run was completed.
 */
export function judgeClaim(claim: Claim, judgements: Judgements, run: { readonly summary: RunSummary; readonly incomplete: string | undefined }): JudgedClaim {
  const taking = claim.judgedBy.filter((judge) => judgements.has(judge));
  const worst = worstClaim(taking.map((judge) => judgements.get(judge)?.word ?? "not-exercised"));
  const judge = taking.find((candidate) => judgements.get(candidate)?.word === worst);
  const judgement = judge === undefined ? undefined : judgements.get(judge);
  const said = (word: ClaimWord, why: string): JudgedClaim => ({ id: claim.id, word, why, judge, judgement });
  if (judgement === undefined) return said("not-exercised", `judged by ${claim.judgedBy.join(", ")}, which took no part in this run`);
  const beyond = outside(claim, Object.keys(run.summary.effectiveFaults));
  if (beyond.length > 0) return said("not-exercised", `the run had faults outside this claim: ${beyond.join(", ")}`);
  if (worst === "invalid") return said("invalid", judgement.why);
  const premise = premiseOf(claim, run.summary);
  if (premise !== undefined) return said(premise.word, premise.why);
  if (worst === "valid" && run.incomplete !== undefined) return said("unknown", run.incomplete);
  return said(worst, judgement.why);
}

/** Undefined if the premise held. */
function premiseOf({ premise }: Claim, summary: RunSummary): { readonly word: ClaimWord; readonly why: string } | undefined {
  try {
    return premise.holds(summary) ? undefined : { word: "not-exercised", why: `its premise did not occur: ${premise.text}` };
  } catch (error) {
    return { word: "unknown", why: `its premise could not be decided: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A judge that no one knows would leave its claim unexercised for ever, in silence. @throws Error naming the claim */
export function assertJudgesExist(
  { system, variant }: Subject,
  known: { readonly workload: string; readonly properties: readonly string[]; readonly builtIns: readonly string[] },
): void {
  const invariants = new Set(system.invariants.map(({ id }) => id));
  for (const { id, judgedBy } of ownClaims(system, variant)) {
    for (const judge of judgedBy) {
      const [kind = "", name = ""] = splitJudge(judge);
      assert(kind !== "invariant" || invariants.has(name), `claim ${id} is judged by ${judge}, but ${system.name} has no such invariant`);
      assert(
        kind !== "built-in" || known.builtIns.includes(name),
        `claim ${id} is judged by ${judge}, but the built-in judges are ${known.builtIns.join(", ")}`,
      );
      assert(
        kind !== known.workload || known.properties.includes(name),
        `claim ${id} is judged by ${judge}, but the properties of ${kind} are ${known.properties.join(", ")}`,
      );
    }
  }
}

function splitJudge(judge: string): readonly string[] {
  const colon = judge.indexOf(":");
  assert(colon > 0, `"${judge}" is not WORKLOAD:PROPERTY, invariant:ID, probe:ID or built-in:ID`);
  return [judge.slice(0, colon), judge.slice(colon + 1)];
}

function ownClaims(system: System, variant: Variant): readonly Claim[] {
  return system.claims.filter(({ variants }) => variants.includes(variant.name));
}

function outside(claim: Claim, kinds: readonly string[]): readonly string[] {
  const covered: readonly string[] = claim.faults;
  return kinds.filter((kind) => !covered.includes(kind));
}

function probeClaim(judge: string, variant: Variant): Claim {
  return {
    id: judge,
    text: "an assertion that the nodes themselves make",
    variants: [variant.name],
    faults: variant.faults,
    judgedBy: [judge],
    premise: { text: "it was reached", holds: () => true },
  };
}
