// Assertions of nodes as judges: a probe that failed, one that held, one that was never reached.
import type { Fact } from "./history.ts";
import { showFact, textOf } from "./invariant-watch.ts";
import type { Judgement } from "./judgement.ts";
import type { System } from "./system.ts";

/** By `probe:ID`, for all probes that the run reached or the system's claims name. */
export function probeJudgements(facts: readonly Fact[], system: Pick<System, "claims">): ReadonlyMap<string, Judgement> {
  const failures = Map.groupBy(
    facts.filter(({ kind }) => kind === "probe.failed"),
    ({ data }) => `probe:${textOf(data["id"])}`,
  );
  const reached = reachedProbes(facts);
  const claimed = system.claims.flatMap(({ judgedBy }) => judgedBy.filter((judge) => judge.startsWith("probe:")));
  const names = new Set([...reached, ...failures.keys(), ...claimed]);
  return new Map([...names].map((name) => [name, judgementOf(name, { failures: failures.get(name) ?? [], isReached: reached.has(name) })]));
}

function judgementOf(name: string, { failures, isReached }: { readonly failures: readonly Fact[]; readonly isReached: boolean }): Judgement {
  const [first] = failures;
  if (first !== undefined) {
    const why = `${name} failed ${failures.length} times, first on ${first.node}: ${textOf(first.data["detail"])}`;
    return {
      word: "invalid",
      why,
      evidence: [{ kind: "conflicting-facts", invariant: name, explanation: why, facts: failures.slice(0, shownCount).map(showFact) }],
    };
  }
  return isReached
    ? { word: "valid", why: "it held whenever it was reached", evidence: [] }
    : { word: "not-exercised", why: `${name} was never reached`, evidence: [] };
}

const shownCount = 10;

/** The runner's last fact counts every probe, also those that held. */
function reachedProbes(facts: readonly Fact[]): ReadonlySet<string> {
  const counts = facts.findLast(({ kind }) => kind === "probes.counted")?.data ?? {};
  return new Set(Object.keys(counts).map((id) => `probe:${id}`));
}
