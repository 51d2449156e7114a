// What must always hold among Raft nodes, judged over the facts that they state: the five properties of figure 3 of the
// paper, and what votes, disks and snapshots add to them. For every system that is built on the replica.
import type { Fact } from "../../../harness/history.ts";
import type { Json } from "../../../harness/json.ts";
import type { Invariant, InvariantJudge, Violation } from "../../../harness/system.ts";

/** Ids of the invariants of agreement, for `judgedBy: ["invariant:ID"]` of a claim. */
export const raftAgreementIds: readonly string[] = [
  "election-safety",
  "one-vote-per-term",
  "log-matching",
  "leader-completeness",
  "state-machine-safety",
  "commits-own-term",
  "commit-stays",
  "replicas-agree",
];

/** Those of durability. */
export const raftDurabilityIds: readonly string[] = ["recovery-complete", "leader-completeness"];

/** All of them, for these variants of a system. */
export function raftInvariants(variants: readonly string[]): readonly Invariant[] {
  const invariant = (id: string, text: string, facts: readonly string[], start: () => InvariantJudge): Invariant => ({ id, text, variants, facts, start });
  return [
    invariant("election-safety", "At most one leader is elected in a term.", ["raft.leader"], oneNodePerTerm),
    invariant("one-vote-per-term", "A node grants its vote to at most one candidate in a term, also across restarts.", ["raft.vote"], oneVotePerTerm),
    invariant("log-matching", "Entries with the same index and term have the same history before them on all nodes.", ["raft.appended"], logMatching),
    invariant(
      "leader-completeness",
      "A leader's log holds every entry that was committed in an earlier term.",
      ["raft.recovered", "raft.installed", "raft.appended", "raft.committed", "raft.leader"],
      leaderCompleteness,
    ),
    invariant("state-machine-safety", "No two nodes apply different commands at the same index.", ["raft.applied"], sameEntriesApplied),
    invariant(
      "commit-stays",
      "What is committed at an index is the same on all nodes, is never replaced, and a node's commit index never falls.",
      ["raft.committed", "raft.appended"],
      commitStays,
    ),
    invariant(
      "commits-own-term",
      "A leader counts replicas only for entries of its own term: older ones are committed with them (figure 8).",
      ["raft.committed"],
      commitsOwnTerm,
    ),
    invariant(
      "recovery-complete",
      "A node that starts again has everything that it had committed, or says that its log is doubtful.",
      ["raft.recovered", "raft.committed"],
      recoveryComplete,
    ),
    invariant("replicas-agree", "States captured at the same index are equal.", ["replica.captured"], sameStatesCaptured),
  ];
}

function oneNodePerTerm(): InvariantJudge {
  const leaders = new Map<number, Fact>();
  return {
    observe(fact) {
      const term = numberOf(fact.data["term"]);
      const other = leaders.get(term);
      if (other === undefined) leaders.set(term, fact);
      // One node cannot win a term twice either: a second incarnation has forgotten the first.
      return other === undefined ? undefined : violation(`${other.node} and ${fact.node} were both elected in term ${term}`, other, fact);
    },
  };
}

function oneVotePerTerm(): InvariantJudge {
  const votes = new Map<string, Fact>();
  return {
    observe(fact) {
      const vote = `${fact.node} ${numberOf(fact.data["term"])}`;
      const earlier = votes.get(vote);
      if (earlier === undefined) votes.set(vote, fact);
      if (earlier === undefined || earlier.data["candidate"] === fact.data["candidate"]) return undefined;
      return violation(
        `in term ${numberOf(fact.data["term"])} ${fact.node} voted for ${textOf(earlier.data["candidate"])} and for ${textOf(fact.data["candidate"])}`,
        earlier,
        fact,
      );
    },
  };
}

function logMatching(): InvariantJudge {
  /** By term, then by index. */
  const known = new Map<number, Map<number, { readonly hash: number; readonly fact: Fact }>>();
  return {
    observe(fact) {
      const { from, terms, hashes } = entriesOf(fact);
      for (const [offset, hash] of hashes.entries()) {
        const term = terms[offset] ?? 0;
        let places = known.get(term);
        if (places === undefined) known.set(term, (places = new Map()));
        const other = places.get(from + offset);
        if (other === undefined) places.set(from + offset, { hash, fact });
        else if (other.hash !== hash)
          return violation(
            `the logs of ${other.fact.node} and ${fact.node} both have an entry ${from + offset} of term ${terms[offset]}, but not the same entries up to it`,
            other.fact,
            fact,
          );
      }
      return undefined;
    },
  };
}

function sameEntriesApplied(): InvariantJudge {
  const known = new Map<number, { readonly term: number; readonly hash: number; readonly fact: Fact }>();
  return {
    observe(fact) {
      const { from, terms, hashes } = entriesOf(fact);
      for (const [offset, hash] of hashes.entries()) {
        const [index, term] = [from + offset, terms[offset] ?? 0];
        const other = known.get(index);
        if (other === undefined) known.set(index, { term, hash, fact });
        else if (other.hash !== hash || other.term !== term)
          return violation(`${other.fact.node} and ${fact.node} applied different things at index ${index}`, other.fact, fact);
      }
      return undefined;
    },
  };
}

function sameStatesCaptured(): InvariantJudge {
  const known = new Map<number, Fact>();
  return {
    observe(fact) {
      const index = numberOf(fact.data["index"]);
      const other = known.get(index);
      if (other === undefined) known.set(index, fact);
      if (other === undefined || other.data["hash"] === fact.data["hash"]) return undefined;
      return violation(`${other.node} and ${fact.node} captured different things at index ${index}`, other, fact);
    },
  };
}

/** What a node's log holds as far as it has said: hashes by index, from `first` on. */
interface KnownLog {
  readonly base: number;
  readonly baseHash: number;
  readonly hashes: number[];
}

/**
 * Follows every node's log. A leader of a term must have everything that was committed in earlier terms; it is enough to
 * look at the last such entry, because hashes chain over all entries before.
 */
function leaderCompleteness(): InvariantJudge {
  const logs = new Map<string, KnownLog>();
  const committed: Fact[] = [];
  return {
    observe(fact) {
      const log = logs.get(fact.node);
      if (fact.kind === "raft.recovered" || fact.kind === "raft.installed")
        logs.set(fact.node, { base: numberOf(fact.data["index"]), baseHash: numberOf(fact.data["hash"]), hashes: [...entriesOf(fact).hashes] });
      else if (fact.kind === "raft.appended" && log !== undefined) replaceFrom(log, fact);
      else if (fact.kind === "raft.committed") committed.push(fact);
      else if (fact.kind === "raft.leader" && log !== undefined) return missingIn(log, fact, committed);
      return undefined;
    },
  };
}

function replaceFrom(log: KnownLog, fact: Fact): void {
  const { from, hashes } = entriesOf(fact);
  log.hashes.length = Math.max(0, from - log.base - 1);
  log.hashes.push(...hashes);
}

function missingIn(log: KnownLog, leader: Fact, committed: readonly Fact[]): Violation | undefined {
  const term = numberOf(leader.data["term"]);
  let last: Fact | undefined;
  for (const fact of committed) {
    const isEarlier = numberOf(fact.data["currentTerm"]) < term;
    if (isEarlier && numberOf(fact.data["index"]) > numberOf(last?.data["index"])) last = fact;
  }
  const index = numberOf(last?.data["index"]);
  if (last === undefined || index < log.base) return undefined;
  const hash = index === log.base ? log.baseHash : log.hashes[index - log.base - 1];
  if (hash === last.data["hash"]) return undefined;
  const lack = hash === undefined ? "does not have" : "has another entry at";
  return violation(
    `${leader.node} became leader of term ${term}, but ${lack} index ${index}, which ${last.node} had committed in term ${numberOf(last.data["currentTerm"])}`,
    last,
    leader,
  );
}

function commitStays(): InvariantJudge {
  const byIndex = new Map<number, Fact>();
  /** Of the last life that committed anything. */
  const byNode = new Map<string, Fact>();
  return {
    observe(fact) {
      const last = byNode.get(fact.node);
      const own = last?.incarnation === fact.incarnation ? last : undefined;
      if (fact.kind === "raft.appended") {
        const from = numberOf(fact.data["from"]);
        if (own === undefined || from > numberOf(own.data["index"])) return undefined;
        return violation(`${fact.node} replaced its entries from ${from} on, though it had committed up to ${numberOf(own.data["index"])}`, own, fact);
      }
      const index = numberOf(fact.data["index"]);
      if (own !== undefined && index < numberOf(own.data["index"]))
        return violation(`the commit index of ${fact.node} fell from ${numberOf(own.data["index"])} to ${index}`, own, fact);
      byNode.set(fact.node, fact);
      const other = byIndex.get(index);
      if (other === undefined) byIndex.set(index, fact);
      if (other === undefined || other.data["hash"] === fact.data["hash"]) return undefined;
      return violation(`${other.node} and ${fact.node} committed different entries at or before index ${index}`, other, fact);
    },
  };
}

function commitsOwnTerm(): InvariantJudge {
  return {
    observe(fact) {
      const { isLeader, term, currentTerm } = {
        isLeader: fact.data["isLeader"],
        term: numberOf(fact.data["term"]),
        currentTerm: numberOf(fact.data["currentTerm"]),
      };
      if (isLeader !== true || term === currentTerm) return undefined;
      return violation(
        `${fact.node}, leader of term ${currentTerm}, committed index ${numberOf(fact.data["index"])} of term ${term} by counting: another leader may still replace it`,
        fact,
      );
    },
  };
}

/** A node states a commit only when everything up to it is on its own disk. */
function recoveryComplete(): InvariantJudge {
  const committed = new Map<string, Fact>();
  return {
    observe(fact) {
      if (fact.kind === "raft.committed") return void committed.set(fact.node, fact);
      const last = committed.get(fact.node);
      const [index, base] = [numberOf(last?.data["index"]), numberOf(fact.data["index"])];
      if (last === undefined || fact.data["isDoubtful"] === true || index < base) return undefined;
      const hash = index === base ? fact.data["hash"] : entriesOf(fact).hashes[index - base - 1];
      if (hash === last.data["hash"]) return undefined;
      return violation(`${fact.node} came back without index ${index} as it had committed it in its life ${last.incarnation}`, last, fact);
    },
  };
}

function entriesOf({ data }: Fact): { readonly from: number; readonly terms: readonly number[]; readonly hashes: readonly number[] } {
  return { from: numberOf(data["from"]), terms: numbersOf(data["terms"]), hashes: numbersOf(data["hashes"]) };
}

function numbersOf(value: Json | undefined): readonly number[] {
  if (!Array.isArray(value)) return [];
  const values: readonly Json[] = value;
  return isNumbers(values) ? values : values.map(numberOf);
}

function isNumbers(values: readonly Json[]): values is readonly number[] {
  return values.every((value) => typeof value === "number");
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "nobody";
}

function violation(explanation: string, ...facts: readonly Fact[]): Violation {
  return { explanation, facts };
}
