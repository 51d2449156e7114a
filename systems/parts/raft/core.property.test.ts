// Raft cores under random schedules of messages, disks and restarts: the invariants hold, and planted defects do not escape them.
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { CoreCluster, type CoreClusterOptions, type CoreFactory } from "./core-cluster.fixture.ts";
import { RaftCore } from "./core.ts";
import { Followership } from "./followership.ts";
import { Leadership } from "./leadership.ts";
import type { AppendRequest } from "./messages.ts";

const nodes = ["n1", "n2", "n3"];

interface Schedule extends Partial<CoreClusterOptions> {
  /** Its log may lose its last entry, acknowledged or not, when it restarts. */
  readonly damaged?: string;
}

/** Messages overtake each other, are lost, wait for ever; disks are late; nodes die. Answers the cluster as it ended. */
function shuffled(seed: string, { damaged, ...options }: Schedule = {}): CoreCluster {
  const random = seededRandom(seed);
  const calls = random.fork("calls");
  const cluster = new CoreCluster({ nodes, seed, wantsSmallCalls: () => calls.chance(0.5, "small"), ...options });
  for (let step = 0; step < 800 && cluster.violation === undefined; step++) {
    const draw = random.below(100, "action");
    const name = random.pick(nodes, "node");
    if (draw < 45 && cluster.flying.length > 0) cluster.deliver(random.pick(cluster.flying, "message"));
    else if (draw < 75) cluster.persist(name);
    else if (draw < 84) {
      cluster.nowMs += random.between(10, 250, "time");
      cluster.tick(name);
    } else if (draw < 93) cluster.propose(nodes.find((node) => cluster.member(node).core.status.role === "leader") ?? name, `c${step}`);
    else if (draw < 96 && cluster.flying.length > 0) cluster.lose(random.pick(cluster.flying, "lost"));
    else if (draw < 98) cluster.restart(name, { losesTail: name === damaged && random.chance(0.5, "tail") });
    else if (draw < 99) cluster.transfer(name, random.pick(nodes, "successor"));
  }
  return cluster;
}

test("agreement holds under any schedule, and schedules elect leaders and commit", () => {
  let committed = 0;
  let terms = 0;
  for (let seed = 0; seed < 250; seed++) {
    const cluster = shuffled(`plain ${seed}`);
    expect(cluster.violation, `seed ${seed}`).toBeUndefined();
    committed += Math.max(...nodes.map((name) => cluster.member(name).appliedIndex));
    terms += Math.max(...nodes.map((name) => cluster.member(name).core.status.term));
  }
  expect(committed / 250).toBeGreaterThan(4);
  expect(terms / 250).toBeGreaterThan(2);
});

test("it holds with snapshots, and replicas that installed one agree with those that did not", () => {
  let restored = 0;
  for (let seed = 0; seed < 150; seed++) {
    const cluster = shuffled(`snapshots ${seed}`, { snapshotEvery: 3 });
    expect(cluster.violation, `seed ${seed}`).toBeUndefined();
    for (const name of nodes) if (cluster.member(name).disk.snapshot !== null) restored++;
  }
  expect(restored).toBeGreaterThan(100);
});

test("it holds when a node's log loses its acknowledged tail, because that node knows and waits for a leader", () => {
  for (let seed = 0; seed < 250; seed++) {
    expect(shuffled(`tails ${seed}`, { damaged: "n3" }).violation, `seed ${seed}`).toBeUndefined();
  }
});

class CommitsAlone extends Leadership {
  override replicatedIndex(): number {
    return this.options.log.durableIndex;
  }
}
class AppendsAnywhere extends Followership {
  protected override matchesPrevious(request: AppendRequest): boolean {
    return request.previousIndex <= this.log.lastIndex;
  }
}
class TruncatesAlways extends Followership {
  protected override appendNew(request: AppendRequest): void {
    const from = Math.max(request.previousIndex, this.log.base.index) + 1;
    if (from <= this.log.lastIndex + 1) this.replaceFrom(from, request.entries.slice(from - request.previousIndex - 1));
  }
}
class VotesForAnybody extends RaftCore {
  protected override isUpToDate(): boolean {
    return true;
  }
}
class VotesTwice extends RaftCore {
  protected override mayVoteFor(): boolean {
    return true;
  }
}
class ForgetsBallot extends RaftCore {
  protected override persistBallot(): void {}
}
class NeedsNoMajority extends RaftCore {
  protected override countVote(): void {
    if (this.role === "pre-candidate") this.becomeCandidate();
    else if (this.role === "candidate") this.becomeLeader();
  }
}
class TrustsDamagedLog extends RaftCore {
  constructor(...[options, recovered]: Parameters<CoreFactory>) {
    super(options, { ...recovered, isDoubtful: false });
  }
}

const withLeadership = (Broken: typeof Leadership): CoreFactory => {
  class Core extends RaftCore {
    protected override createLeadership(...[options]: ConstructorParameters<typeof Leadership>): Leadership {
      return new Broken(options);
    }
  }
  return (options, recovered) => new Core(options, recovered);
};
const withFollowership = (Broken: typeof Followership): CoreFactory => {
  class Core extends RaftCore {
    protected override createFollowership(): Followership {
      return new Broken(this.log, this.outbox);
    }
  }
  return (options, recovered) => new Core(options, recovered);
};
const withCore =
  (Broken: typeof RaftCore): CoreFactory =>
  (options, recovered) =>
    new Broken(options, recovered);

// Committing entries of old terms needs figure 8 of the paper, step by step: see `core.transcript.test.ts`.
test.each<readonly [string, Schedule]>([
  ["commits alone", { createCore: withLeadership(CommitsAlone) }],
  ["appends anywhere", { createCore: withFollowership(AppendsAnywhere) }],
  ["truncates always", { createCore: withFollowership(TruncatesAlways) }],
  ["votes for anybody", { createCore: withCore(VotesForAnybody) }],
  ["votes twice", { createCore: withCore(VotesTwice) }],
  ["forgets its ballot", { createCore: withCore(ForgetsBallot) }],
  ["needs no majority", { createCore: withCore(NeedsNoMajority) }],
  ["trusts a log without its tail", { createCore: withCore(TrustsDamagedLog), damaged: "n3" }],
])("a core that %s is found by the same schedules", (_name, schedule) => {
  expect(firstViolation(2_000, (seed) => shuffled(`plain ${seed}`, schedule))).toBeDefined();
});

function firstViolation(seeds: number, run: (seed: number) => CoreCluster): string | undefined {
  for (let seed = 0; seed < seeds; seed++) {
    const explanation = run(seed).violation;
    if (explanation !== undefined) return explanation;
  }
  return undefined;
}
