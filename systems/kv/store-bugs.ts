// Deliberate defects of the store around its consensus: disk, sessions, watches, locks, client. Each one method, wrong.
import type { CallError, Exchange, File, Reply } from "../../harness/environment.ts";
import type { Bug, ClientFactory } from "../../harness/system.ts";
import { Replica } from "../parts/replica.ts";
import type { Admission, SavedSession } from "../parts/sessions.ts";
import type { ScannedFile } from "../parts/write-ahead-log-frames.ts";
import { WriteAheadLog, type AcceptedFile } from "../parts/write-ahead-log.ts";
import { withLocks, withLog, withReplica } from "./bug-wiring.ts";
import { fateOf, KvClient, type Fate } from "./client.ts";
import { Locks } from "./locks.ts";
import { KvNode } from "./node.ts";
import type { KvCall } from "./vocabulary.ts";
import { Watchers } from "./watchers.ts";

/** An fsync that failed counts as done. Recipe: let fsyncs of a majority fail under writes, then cut the power. */
class IgnoreFsyncError extends WriteAheadLog {
  protected override sync(file: File, done: () => void): void {
    file.fsync(() => done());
  }
}

/** Nothing is fsynced. Recipe: cut the power of all nodes after an acknowledged write. */
class AckBeforeFsync extends WriteAheadLog {
  protected override sync(_file: File, done: () => void): void {
    done();
  }
}

/** A damaged log is cut at the first bad checksum and used as if it ended there. Recipe: rot in the log, restart, lose the other copy's node. */
class TruncateAtBadChecksum extends WriteAheadLog {
  protected override accept(name: string, scanned: ScannedFile, options: { readonly isSealed: boolean }): AcceptedFile {
    return options.isSealed ? super.accept(name, scanned, options) : { records: scanned.records, isDoubtful: false };
  }
}

/** Snapshots leave out which requests have taken effect. Recipe: restart a node from a snapshot; its clients go on. */
class SnapshotDropsSessions extends Replica {
  protected override savedSessions(): readonly SavedSession[] {
    return [];
  }
}

/** A request that is repeated takes effect again. Recipe: lose the answer to a write. */
class NoRetryDedupe extends Replica {
  protected override admit(): Admission {
    return { kind: "new" };
  }
}

/** A watch that asks for compacted changes is answered with the ones that are left, as if there had been no others. */
class WatchResumesWrong extends Watchers {
  protected override firstRevision(from: number): number {
    return Math.max(from, this.keys.compacted + 1);
  }
}
class WatchResumesWrongNode extends KvNode {
  protected override createWatchers(): Watchers {
    return new WatchResumesWrong(this.environment.timers, this.machine.keys);
  }
}

/** A watch resumes after the revision that it asked for instead of at it: the first change is left out. */
class WatchSkipsFirst extends Watchers {
  protected override firstRevision(from: number): number {
    return from + 1;
  }
}
class WatchSkipsFirstNode extends KvNode {
  protected override createWatchers(): Watchers {
    return new WatchSkipsFirst(this.environment.timers, this.machine.keys);
  }
}

/** A stale read ignores the revision that the session has seen. Recipe: read at a follower that lags behind the last one. */
class StaleIgnoresRevisionNode extends KvNode {
  protected override isBehind(): boolean {
    return false;
  }
}

/** The resource takes writes under any token. Recipe: write under an old token after a newer one; no fault needed. */
class UnfencedLock extends Locks {
  protected override acceptsFence(): boolean {
    return true;
  }
}

/** Tokens count the leases that are alive instead of all that ever were. Recipe: release and acquire again; no fault needed. */
class FenceReused extends Locks {
  protected override nextFence(): number {
    return [...this.leases].length;
  }
}

/** The client says that a write failed when it merely was not answered. Recipe: lose the answer to a write, read it afterwards. */
class TimeoutMeansFailureClient extends KvClient {
  protected override fate(error: CallError | null, reply: Reply | null): Fate {
    return error === null ? fateOf(error, reply) : "nothing-happened";
  }
}

/** The client repeats requests without its session. Recipe: lose the answer to a write. */
class RetryWithoutSessionClient extends KvClient {
  protected override named({ exchange }: KvCall): Exchange {
    return exchange;
  }
}

const client =
  (Broken: typeof KvClient): ClientFactory =>
  (environment, cluster) =>
    new Broken(environment, cluster);

export const storeBugs: readonly Bug[] = [
  {
    name: "ignore-fsync-error",
    id: "KV-11",
    text: "A failed fsync counts as done.",
    variant: "raft",
    node: withLog(IgnoreFsyncError),
    imitates: "fsyncgate, PostgreSQL 2018; Rebello et al., ATC 2020",
    needs: ["disk-error", "power-cut"],
    accusedBy: "KV-C2",
    difficulty: "T2",
  },
  {
    name: "ack-before-fsync",
    id: "R2",
    text: "The log is written but never fsynced.",
    variant: "raft",
    node: withLog(AckBeforeFsync),
    imitates: "NATS JetStream 2.12.1, Jepsen 2025: acknowledged writes flushed every two minutes",
    needs: ["power-cut"],
    accusedBy: "KV-C2",
    difficulty: "T1",
  },
  {
    name: "truncate-at-bad-checksum",
    id: "KV-9",
    text: "A damaged log is silently cut at its first bad record.",
    variant: "raft",
    node: withLog(TruncateAtBadChecksum),
    imitates: "Alagappan et al., Protocol-aware recovery, FAST 2018; NATS JetStream 2.12.1",
    needs: ["bit-rot", "kill", "partition"],
    accusedBy: "KV-C2",
    difficulty: "T3",
  },
  {
    name: "snapshot-drops-sessions",
    id: "KV-7",
    text: "Snapshots leave out which requests have taken effect.",
    variant: "raft",
    node: withReplica(SnapshotDropsSessions),
    imitates: "Redis-Raft, Jepsen 2020",
    needs: ["kill"],
    accusedBy: "KV-C8",
    difficulty: "T1",
  },
  {
    name: "no-retry-dedupe",
    id: "KV-8",
    text: "A repeated request takes effect again.",
    variant: "raft",
    node: withReplica(NoRetryDedupe),
    imitates: "Raft section 8: without sessions a command may be executed several times",
    needs: ["reset", "half-open"],
    accusedBy: "KV-C1",
    difficulty: "T1",
  },
  {
    name: "watch-resumes-wrong",
    id: "KV-12",
    text: "A watch of compacted revisions goes on at the first one that is left and says nothing.",
    variant: "raft",
    node: (environment, options) => new WatchResumesWrongNode(environment, options),
    imitates: "etcd 3.4.3, Jepsen 2020 (watches from revision 0)",
    needs: [],
    accusedBy: "KV-C3",
    difficulty: "T0",
  },
  {
    name: "watch-skips-first",
    id: "KV-12b",
    text: "A watch resumes after the revision that it asked for instead of at it.",
    variant: "raft",
    node: (environment, options) => new WatchSkipsFirstNode(environment, options),
    imitates: "the off-by-one between inclusive and exclusive positions (etcd's start_revision is inclusive)",
    needs: [],
    accusedBy: "KV-C3",
    difficulty: "T0",
  },
  {
    name: "stale-ignores-revision",
    id: "KV-18",
    text: "A stale read may be older than what its session has seen.",
    variant: "raft",
    node: (environment, options) => new StaleIgnoresRevisionNode(environment, options),
    imitates: "MongoDB sessions without causal consistency; monotonic reads, Terry et al. 1994",
    needs: ["partition", "pause"],
    accusedBy: "KV-C4",
    difficulty: "T1",
  },
  {
    name: "unfenced-lock",
    id: "KV-19",
    text: "The resource takes writes under tokens older than one that it has seen.",
    variant: "raft",
    node: withLocks(UnfencedLock),
    imitates: "Kleppmann 2016, How to do distributed locking; etcd 3.4.3 locks, Jepsen 2020",
    needs: [],
    accusedBy: "KV-C5",
    difficulty: "T0",
  },
  {
    name: "fence-reused",
    id: "KV-20",
    text: "Fencing tokens count living leases, so that they fall and repeat.",
    variant: "raft",
    node: withLocks(FenceReused),
    imitates: "lock services whose tokens are not monotonic (Redlock's random values)",
    needs: [],
    accusedBy: "KV-C5",
    difficulty: "T0",
  },
  {
    name: "timeout-means-failure",
    id: "KV-21",
    text: "The client reports a request that was not answered as failed.",
    variant: "raft",
    client: client(TimeoutMeansFailureClient),
    imitates: "the classic error of client libraries; Jepsen's rule that a timeout is indeterminate",
    needs: ["half-open", "partition", "pause"],
    accusedBy: "KV-C1",
    difficulty: "T1",
  },
  {
    name: "retry-without-session",
    id: "KV-22",
    text: "The client repeats requests without the number that makes them the same request.",
    variant: "raft",
    client: client(RetryWithoutSessionClient),
    imitates: "jetcd, Jepsen 2024: automatic retries of requests that are not idempotent",
    needs: ["reset", "half-open"],
    accusedBy: "KV-C1",
    difficulty: "T1",
  },
];
