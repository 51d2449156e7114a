// Each invariant accuses what it must and lets pass what looks like it.
import { describe, expect, test } from "vitest";
import type { Fact } from "../../../harness/history.ts";
import type { JsonObject } from "../../../harness/json.ts";
import { raftAgreementIds, raftDurabilityIds, raftInvariants } from "./invariants.ts";

type Said = readonly [node: string, kind: string, data: JsonObject, incarnation?: number];

function judged(id: string, said: readonly Said[]): string | undefined {
  const invariant = raftInvariants(["v"]).find((candidate) => candidate.id === id);
  const judge = invariant?.start();
  for (const [index, [node, kind, data, incarnation = 1]] of said.entries()) {
    const fact: Fact = { index, timeNs: index, node, incarnation, kind, data };
    const violation = invariant?.facts.includes(kind) === true ? judge?.observe(fact) : undefined;
    if (violation !== undefined) {
      expect(violation.facts.at(-1)).toBe(fact);
      return violation.explanation;
    }
  }
  return undefined;
}

const leader = (term: number): JsonObject => ({ term, lastIndex: 0, hash: 0 });
const vote = (term: number, candidate: string): JsonObject => ({ term, candidate });
const appended = (from: number, terms: readonly number[], hashes: readonly number[]): JsonObject => ({ from, terms, hashes });
const committed = (index: number, hash: number, terms: { readonly term: number; readonly currentTerm: number; readonly isLeader?: boolean }): JsonObject => ({
  index,
  hash,
  isLeader: false,
  ...terms,
});
const recovered = (index: number, hash: number, hashes: readonly number[], isDoubtful = false): JsonObject => ({
  index,
  hash,
  isDoubtful,
  from: index + 1,
  terms: hashes.map(() => 1),
  hashes,
});
const now = { term: 1, currentTerm: 1 };

const cases: Readonly<Record<string, { readonly accuses: readonly (readonly Said[])[]; readonly passes: readonly (readonly Said[])[] }>> = {
  "election-safety": {
    accuses: [
      [
        ["n1", "raft.leader", leader(1)],
        ["n2", "raft.leader", leader(1)],
      ],
      [
        ["n1", "raft.leader", leader(1)],
        ["n1", "raft.leader", leader(1), 2],
      ],
    ],
    passes: [
      [
        ["n1", "raft.leader", leader(1)],
        ["n2", "raft.leader", leader(2)],
        ["n1", "raft.leader", leader(3)],
      ],
    ],
  },
  "one-vote-per-term": {
    accuses: [
      [
        ["n1", "raft.vote", vote(1, "n2")],
        ["n1", "raft.vote", vote(1, "n3"), 2],
      ],
    ],
    passes: [
      [
        ["n1", "raft.vote", vote(1, "n2")],
        ["n1", "raft.vote", vote(1, "n2"), 2],
        ["n1", "raft.vote", vote(2, "n3")],
        ["n2", "raft.vote", vote(1, "n3")],
      ],
    ],
  },
  "log-matching": {
    accuses: [
      [
        ["n1", "raft.appended", appended(1, [1, 2], [7, 8])],
        ["n2", "raft.appended", appended(2, [2], [9])],
      ],
    ],
    passes: [
      [
        ["n1", "raft.appended", appended(1, [1, 2], [7, 8])],
        ["n2", "raft.appended", appended(2, [3], [9])],
        ["n3", "raft.appended", appended(2, [2], [8])],
      ],
    ],
  },
  "leader-completeness": {
    accuses: [
      [
        ["n1", "raft.recovered", recovered(0, 0, [])],
        ["n2", "raft.committed", committed(1, 7, now)],
        ["n1", "raft.leader", leader(2)],
      ],
      [
        ["n1", "raft.recovered", recovered(0, 0, [5])],
        ["n2", "raft.committed", committed(1, 7, now)],
        ["n1", "raft.leader", leader(2)],
      ],
      [
        ["n1", "raft.recovered", recovered(0, 0, [7])],
        ["n1", "raft.appended", appended(1, [1], [5])],
        ["n2", "raft.committed", committed(1, 7, now)],
        ["n1", "raft.leader", leader(2)],
      ],
    ],
    passes: [
      [
        ["n1", "raft.recovered", recovered(0, 0, [7])],
        ["n2", "raft.committed", committed(1, 7, now)],
        ["n1", "raft.leader", leader(2)],
      ],
      // Committed in the leader's own term, or later: it need not have been there at the election.
      [
        ["n1", "raft.recovered", recovered(0, 0, [])],
        ["n2", "raft.committed", committed(1, 7, { term: 2, currentTerm: 2 })],
        ["n1", "raft.leader", leader(2)],
      ],
      [
        ["n1", "raft.installed", recovered(3, 9, [])],
        ["n2", "raft.committed", committed(3, 9, now)],
        ["n1", "raft.leader", leader(2)],
      ],
      [
        ["n1", "raft.installed", recovered(5, 9, [])],
        ["n2", "raft.committed", committed(3, 8, now)],
        ["n1", "raft.leader", leader(2)],
      ],
    ],
  },
  "state-machine-safety": {
    accuses: [
      [
        ["n1", "raft.applied", appended(1, [1], [5])],
        ["n2", "raft.applied", appended(1, [1], [6])],
      ],
      [
        ["n1", "raft.applied", appended(1, [1], [5])],
        ["n2", "raft.applied", appended(1, [2], [5])],
      ],
    ],
    passes: [
      [
        ["n1", "raft.applied", appended(1, [1], [5])],
        ["n2", "raft.applied", appended(1, [1], [5])],
        ["n2", "raft.applied", appended(2, [1], [6])],
      ],
    ],
  },
  "commits-own-term": {
    accuses: [[["n1", "raft.committed", committed(1, 7, { term: 1, currentTerm: 2, isLeader: true })]]],
    passes: [
      [
        ["n1", "raft.committed", committed(1, 7, { term: 2, currentTerm: 2, isLeader: true })],
        ["n2", "raft.committed", committed(1, 7, { term: 1, currentTerm: 2 })],
      ],
    ],
  },
  "commit-stays": {
    accuses: [
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n2", "raft.committed", committed(2, 8, now)],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.committed", committed(1, 6, now)],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.appended", appended(2, [2], [9])],
      ],
    ],
    passes: [
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.appended", appended(3, [2], [9])],
        ["n2", "raft.appended", appended(1, [2], [9])],
      ],
      // A new life begins with what its snapshot says.
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.committed", committed(1, 6, now), 2],
      ],
    ],
  },
  "recovery-complete": {
    accuses: [
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(0, 0, [6]), 2],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(0, 0, [6, 9]), 2],
      ],
    ],
    passes: [
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(0, 0, [6, 7]), 2],
        ["n2", "raft.recovered", recovered(0, 0, []), 2],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(2, 7, []), 2],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(5, 1, []), 2],
      ],
      [
        ["n1", "raft.committed", committed(2, 7, now)],
        ["n1", "raft.recovered", recovered(0, 0, [6], true), 2],
      ],
    ],
  },
  "replicas-agree": {
    accuses: [
      [
        ["n1", "replica.captured", { index: 4, hash: 1 }],
        ["n2", "replica.captured", { index: 4, hash: 2 }],
      ],
    ],
    passes: [
      [
        ["n1", "replica.captured", { index: 4, hash: 1 }],
        ["n2", "replica.captured", { index: 4, hash: 1 }],
        ["n2", "replica.captured", { index: 8, hash: 2 }],
      ],
    ],
  },
};

test("every invariant is named in a list for claims, and has cases here", () => {
  const ids = raftInvariants(["v"]).map((invariant) => invariant.id);
  expect(new Set([...raftAgreementIds, ...raftDurabilityIds])).toEqual(new Set(ids));
  expect(new Set(Object.keys(cases))).toEqual(new Set(ids));
});

describe.each(Object.keys(cases))("%s", (id) => {
  test("accuses", () => {
    for (const said of cases[id]?.accuses ?? []) expect(judged(id, said), JSON.stringify(said)).toBeDefined();
  });
  test("lets pass", () => {
    for (const said of cases[id]?.passes ?? []) expect(judged(id, said), JSON.stringify(said)).toBeUndefined();
  });
});
