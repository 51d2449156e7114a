// The story of a run in words: what was promised, what was seen, which fault was in force then, how to see it again.
// The text report and the page tell the same one.
import type { FaultEvent } from "../harness/history.ts";
import type { ClaimVerdict } from "../harness/verdict.ts";
import { faultIntervals, inForce, type FaultInterval } from "./fault-intervals.ts";
import { findingOf, windowOf, type Finding } from "./findings.ts";
import type { PromisedClaim, RunReport } from "./report.ts";
import { visible } from "./visible.ts";
import { counted, listed, moment } from "./words.ts";

export interface Story {
  /** The verdict as a sentence. */
  readonly headline: string;
  /** The claims that were broken, with their words; empty unless the run is invalid. */
  readonly promised: readonly PromisedClaim[];
  /** What clients or nodes saw that cannot be, or why nobody can tell. */
  readonly seen: readonly string[];
  /** The findings behind the broken claims, then all others; empty if there is no evidence. */
  readonly findings: readonly Finding[];
  /** Which faults were in force while the first finding came about. */
  readonly faults: readonly string[];
}

const shownFaults = 6;

/** Tells a run of any verdict. */
export function storyOf(report: RunReport): Story {
  const { verdict, history } = report.result;
  const broken = verdict.claims.filter((claim) => claim.verdict === "invalid");
  const order = [...new Set([...broken.flatMap((claim) => claim.evidence), ...verdict.evidence.keys()])];
  const findings = order.flatMap((index) => {
    const evidence = verdict.evidence[index];
    return evidence === undefined ? [] : [findingOf(evidence)];
  });
  return {
    headline: headline(report, broken),
    promised: broken.map((claim) => claimWithWords(report, claim)),
    seen: seen(report, broken, findings),
    findings,
    faults: faultSentences(history.faults, findings[0]),
  };
}

/** A text as a sentence: authors of systems write them with and without a full stop. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** The verdict of a run in one sentence. */
function headline(report: RunReport, broken: readonly ClaimVerdict[]): string {
  const { verdict, plan, ending } = report.result;
  const name = visible(plan.variant === undefined ? plan.system : `${plan.system} (${plan.variant})`);
  if (verdict.verdict === "invalid") {
    const claims = listed(broken.map((claim) => visible(claim.id)));
    return report.bug === undefined
      ? `${name} broke its promise ${claims}.`
      : `${name} with the planted bug ${visible(report.bug.name)} broke its promise ${claims}.`;
  }
  if (verdict.verdict === "unknown") return `Nobody can tell whether ${name} kept its promises${ending === "completed" ? "" : ` (${endings[ending]})`}.`;
  const kept = verdict.claims.filter((claim) => claim.verdict === "valid");
  const silent = verdict.claims.filter((claim) => claim.verdict === "not-exercised").length;
  const rest = silent === 0 ? "" : ` ${counted(silent, "other claim was", "other claims were")} not exercised.`;
  return `${name} kept ${kept.length === 0 ? "all that was put to the test" : listed(kept.map((claim) => visible(claim.id)))}.${rest}`;
}

const endings = {
  completed: "the run was completed",
  "stopped-at-violation": "the run stopped at a violation",
  "never-ready": "the cluster never became ready",
  interrupted: "the run was interrupted",
  failed: "the run failed",
} as const;

function claimWithWords(report: RunReport, claim: ClaimVerdict): PromisedClaim {
  return report.claims.find((promised) => promised.id === claim.id) ?? { id: claim.id, text: "", faults: [], premise: "" };
}

function seen(report: RunReport, broken: readonly ClaimVerdict[], findings: readonly Finding[]): string[] {
  const { verdict } = report.result;
  if (verdict.verdict !== "invalid") return [visible(verdict.why, 2000)];
  const reasons = broken.map((claim) => claim.why);
  const explanation = findings[0]?.explanation ?? "";
  const isSaid = reasons.some((reason) => reason.includes(explanation.replace(/\.$/, "")));
  return [...new Set([...reasons, ...(explanation === "" || isSaid ? [] : [explanation])])].map((text) => visible(text, 2000));
}

function faultSentences(events: readonly FaultEvent[], finding: Finding | undefined): string[] {
  const intervals = faultIntervals(events);
  if (intervals.length === 0) return ["No fault was injected in this run."];
  const window = finding === undefined ? undefined : windowOf(finding);
  if (window === undefined) return [`${counted(intervals.length, "fault")} in this run: ${listed(kindsOf(intervals))}.`];
  const active = inForce(intervals, window);
  if (active.length > 0)
    return [
      ...active.slice(0, shownFaults).map(faultSentence),
      ...(active.length > shownFaults ? [`And ${counted(active.length - shownFaults, "more fault")}.`] : []),
    ];
  const before = intervals.filter((interval) => interval.toNs < window.fromNs).toSorted((a, b) => b.toNs - a.toNs)[0];
  return [`No fault was in force at that time.${before === undefined ? "" : ` The last one before it: ${faultSentence(before)}`}`];
}

/** E.g. `partition of n1 and n2 from 1.200 s to 3.400 s (12 effects).` */
function faultSentence(interval: FaultInterval): string {
  const victims = interval.victims.length === 0 ? "" : ` of ${listed(interval.victims.map((node) => visible(node)))}`;
  const end = Number.isFinite(interval.toNs) ? `to ${moment(interval.toNs)}` : "until the end";
  const effects = interval.affectedCount === undefined ? "" : ` (${interval.affectedCount === 0 ? "no effect" : counted(interval.affectedCount, "effect")})`;
  return `${visible(interval.kind)}${victims} from ${moment(interval.fromNs)} ${end}${effects}.`;
}

function kindsOf(intervals: readonly FaultInterval[]): string[] {
  return [...new Set(intervals.map((interval) => visible(interval.kind)))].toSorted();
}
