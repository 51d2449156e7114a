// What a checker found out about one of its properties, and how findings become a verdict. For authors of checkers.
import type { Property, StopReason } from "../harness/checker.ts";
import type { Json } from "../harness/json.ts";
import { worstClaim, type ClaimVerdict, type ClaimWord, type Evidence, type Verdict, type VerdictWord } from "../harness/verdict.ts";

export interface Finding {
  /** Id of a property of the checker. */
  readonly property: string;
  readonly verdict: ClaimWord;
  readonly why: string;
  readonly evidence: readonly Evidence[];
}

/** How many violations of one property are backed by evidence; the sentence says how many there are in all. */
export const shownViolationLimit = 5;

/** The property held wherever the history put it to the test. */
export function held(property: string, why: string): Finding {
  return { property, verdict: "valid", why, evidence: [] };
}

/** The property is broken; `evidence` proves it. */
export function broken(property: string, why: string, evidence: readonly Evidence[]): Finding {
  return { property, verdict: "invalid", why, evidence: evidence.slice(0, shownViolationLimit) };
}

/** The history does not say; `why` names what is missing. */
export function undecided(property: string, why: string): Finding {
  return { property, verdict: "unknown", why, evidence: [] };
}

/** Nothing in the history puts the property to the test; never the same as `held`. */
export function notExercised(property: string, why: string): Finding {
  return { property, verdict: "not-exercised", why, evidence: [] };
}

/** The verdict of a checker that ran out of steps, time or memory before it knew anything. */
export function stopped(properties: readonly Property[], reason: StopReason): Verdict {
  const why = `The checker stopped before it was done (${reason}); raise the limit of the check or judge a shorter run.`;
  return verdictOf(
    properties.map((property) => undecided(property.id, why)),
    {},
  );
}

/** One verdict of all findings: the worst word, the sentence of the worst finding, all evidence in order. */
export function verdictOf(findings: readonly Finding[], statistics: Readonly<Record<string, Json>>): Verdict {
  const evidence: Evidence[] = [];
  const claims: ClaimVerdict[] = [];
  for (const finding of findings) {
    claims.push({ id: finding.property, verdict: finding.verdict, why: finding.why, evidence: finding.evidence.map((_, index) => evidence.length + index) });
    evidence.push(...finding.evidence);
  }
  const worst = worstClaim(findings.map((finding) => finding.verdict));
  const verdict = worst === "not-exercised" ? "unknown" : worst;
  return { verdict, why: sentenceOf(verdict, findings), claims, evidence, statistics };
}

function sentenceOf(verdict: VerdictWord, findings: readonly Finding[]): string {
  const decisive = findings.find((finding) => finding.verdict === verdict);
  if (verdict !== "valid" && decisive !== undefined) return decisive.why;
  if (decisive === undefined) return "Nothing in this history puts a property to the test.";
  const names = findings.filter((finding) => finding.verdict === "valid").map((finding) => finding.property);
  return `Held: ${names.join(", ")}.`;
}
