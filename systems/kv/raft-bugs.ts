// Deliberate defects of the store's consensus: each one method of the replica's core, replaced by a wrong version.
import type { Bug } from "../../harness/system.ts";
import { RaftCore } from "../parts/raft/core.ts";
import { Followership } from "../parts/raft/followership.ts";
import { Leadership } from "../parts/raft/leadership.ts";
import type { AppendRequest } from "../parts/raft/messages.ts";
import { Replica } from "../parts/replica.ts";
import { withCore, withFollowership, withLeadership, withReplica } from "./bug-wiring.ts";

/** A leader answers reads from its own state without asking whether it still leads. Recipe: cut off the leader, write elsewhere, read there. */
class StaleReads extends Leadership {
  override read(ticket: number): void {
    this.options.outbox.read({ ticket, index: this.options.commitIndex() });
  }
}

/** Term and vote are answered before they are on the disk. Recipe: restart a node right after it granted a vote, lose the new leader, let another node ask. */
class VoteNotFsynced extends RaftCore {
  protected override persistBallot(): void {}
}

/** Entries of earlier terms are committed by counting replicas. Recipe: figure 8: three leaders in turn, each reaching only a part. */
class CommitOldTerm extends Leadership {
  override mayCommit(_index: number): boolean {
    return true;
  }
}

/** The log is cut to what a request says, also where it agreed. Recipe: a late append that was overtaken by a longer one. */
class TruncateOnEveryAppend extends Followership {
  protected override appendNew(request: AppendRequest): void {
    const from = Math.max(request.previousIndex, this.log.base.index) + 1;
    if (from <= this.log.lastIndex + 1) this.replaceFrom(from, request.entries.slice(from - request.previousIndex - 1));
  }
}

/** Votes go to candidates whose log is behind. Recipe: cut off a follower, commit without it, let it win. */
class NoUpToDateCheck extends RaftCore {
  protected override isUpToDate(): boolean {
    return true;
  }
}

/** An append fits wherever the log is long enough, whatever is there. Recipe: a deposed leader with uncommitted entries follows again. */
class NoPreviousTermCheck extends Followership {
  protected override matchesPrevious(request: AppendRequest): boolean {
    return request.previousIndex <= this.log.lastIndex;
  }
}

/** A follower believes the leader's commit index also for entries that the request did not vouch for. Recipe: as before, with a heartbeat first. */
class CommitBeyondLastNewEntry extends Followership {
  override commitBound(request: AppendRequest): number {
    return request.commitIndex;
  }
}

/** An entry counts as committed when the leader's own disk has it. Recipe: cut off the leader while it takes writes. */
class AckBeforeCommit extends Leadership {
  override replicatedIndex(): number {
    return this.options.log.durableIndex;
  }
}

/** Leases are measured with the wall clock. Recipe: set the leader's clock back, cut it off, write elsewhere, read there under the lease. */
class WallClockLease extends Replica {
  protected override leaseNow(): number {
    return this.environment.clock.wall();
  }
}

/** A leader trusts its lease for as long as it leads, though followers promised less. Recipe: cut off the leader, read under the lease. */
class LeaseOutlivesPromise extends Leadership {
  protected override holdsLease(): boolean {
    return true;
  }
}

export const raftBugs: readonly Bug[] = [
  {
    name: "stale-reads",
    id: "KV-1",
    text: "A leader answers linearizable reads without confirming that it still leads.",
    variant: "raft",
    node: withLeadership(StaleReads),
    imitates: "stale reads of etcd and Consul, 2014 (Kingsbury, Jepsen: etcd and Consul); etcd issue 20418",
    needs: ["partition"],
    accusedBy: "KV-C1",
    difficulty: "T1",
  },
  {
    name: "vote-not-fsynced",
    id: "KV-2",
    text: "A node grants its vote before the vote is on the disk, and may grant it again after a restart.",
    variant: "raft",
    node: withCore(VoteNotFsynced),
    imitates: "Raft section 5 (persistent state); the class of lost votes in early implementations",
    needs: ["kill", "power-cut"],
    accusedBy: "KV-C8",
    difficulty: "T3",
  },
  {
    name: "commit-old-term",
    id: "KV-3",
    text: "A leader commits entries of earlier terms by counting replicas.",
    variant: "raft",
    node: withLeadership(CommitOldTerm),
    imitates: "Raft section 5.4.2, figure 8",
    needs: ["partition", "kill"],
    accusedBy: "KV-C8",
    difficulty: "T3",
  },
  {
    name: "truncate-on-every-append",
    id: "KV-6",
    text: "A follower cuts its log to what each append says, also where the two agreed.",
    variant: "raft",
    node: withFollowership(TruncateOnEveryAppend),
    imitates: "a common slip in Raft implementations (Raft figure 2: delete entries only if they conflict)",
    needs: ["slow"],
    accusedBy: "KV-C8",
    difficulty: "T2",
  },
  {
    name: "no-up-to-date-check",
    id: "R4",
    text: "Votes go to candidates whose log is behind the voter's.",
    variant: "raft",
    node: withCore(NoUpToDateCheck),
    imitates: "Raft section 5.4.1",
    needs: ["partition"],
    accusedBy: "KV-C8",
    difficulty: "T1",
  },
  {
    name: "no-previous-term-check",
    id: "R5",
    text: "A follower appends wherever its log is long enough, whatever term the entry before has.",
    variant: "raft",
    node: withFollowership(NoPreviousTermCheck),
    imitates: "Raft section 5.3, log matching",
    needs: ["partition"],
    accusedBy: "KV-C8",
    difficulty: "T2",
  },
  {
    name: "commit-beyond-last-new-entry",
    id: "R6",
    text: "A follower takes over the leader's commit index for entries that the leader has not vouched for.",
    variant: "raft",
    node: withFollowership(CommitBeyondLastNewEntry),
    imitates: "Raft figure 2: commitIndex = min(leaderCommit, index of last new entry)",
    needs: ["partition", "slow"],
    accusedBy: "KV-C8",
    difficulty: "T3",
  },
  {
    name: "ack-before-commit",
    id: "R17",
    text: "A leader acknowledges and applies an entry as soon as its own disk has it.",
    variant: "raft",
    node: withLeadership(AckBeforeCommit),
    imitates: "asynchronous replication sold as consensus (Redis-Raft, Jepsen 2020; MongoDB w:1)",
    needs: ["partition"],
    accusedBy: "KV-C8",
    difficulty: "T1",
  },
  {
    name: "wall-clock-lease",
    id: "KV-10",
    text: "The leader's lease is measured with the wall clock.",
    variant: "raft",
    node: withReplica(WallClockLease),
    imitates: "lease reads under clock steps (TiKV and CockroachDB leases assume bounded skew)",
    needs: ["clock-step", "partition", "pause"],
    accusedBy: "KV-C1",
    difficulty: "T3",
  },
  {
    name: "lease-outlives-promise",
    id: "R10",
    text: "A leader uses its lease for longer than its followers promised to ignore other candidates.",
    variant: "raft",
    node: withLeadership(LeaseOutlivesPromise),
    imitates: "Ongaro's thesis, section 6.4.1: the lease must be shorter than the election timeout",
    needs: ["partition", "pause"],
    accusedBy: "KV-C1",
    difficulty: "T1",
  },
];
