// Nodes in which one part of the replica is replaced by a broken one. For bugs.
import type { NodeFactory } from "../../harness/system.ts";
import { RaftCore } from "../parts/raft/core.ts";
import type { Followership } from "../parts/raft/followership.ts";
import type { Leadership, LeadershipOptions } from "../parts/raft/leadership.ts";
import type { RaftLog } from "../parts/raft/log.ts";
import type { RaftOptions, Recovered } from "../parts/raft/options.ts";
import type { Outbox } from "../parts/raft/outbox.ts";
import { Replica, type ReplicaOptions } from "../parts/replica.ts";
import type { WriteAheadLog } from "../parts/write-ahead-log.ts";
import type { Locks } from "./locks.ts";
import { KvMachine } from "./machine.ts";
import { KvNode } from "./node.ts";

export function withReplica(Broken: typeof Replica): NodeFactory {
  class BrokenNode extends KvNode {
    protected override createReplica(options: ReplicaOptions): Replica {
      return new Broken(this.environment, options);
    }
  }
  return (environment, options) => new BrokenNode(environment, options);
}

export function withCore(Broken: typeof RaftCore): NodeFactory {
  class BrokenReplica extends Replica {
    protected override createCore(options: RaftOptions, recovered: Recovered): RaftCore {
      return new Broken(options, recovered);
    }
  }
  return withReplica(BrokenReplica);
}

export function withLeadership(Broken: typeof Leadership): NodeFactory {
  class BrokenCore extends RaftCore {
    protected override createLeadership(options: LeadershipOptions): Leadership {
      return new Broken(options);
    }
  }
  return withCore(BrokenCore);
}

export function withFollowership(Broken: new (log: RaftLog, outbox: Outbox) => Followership): NodeFactory {
  class BrokenCore extends RaftCore {
    protected override createFollowership(): Followership {
      return new Broken(this.log, this.outbox);
    }
  }
  return withCore(BrokenCore);
}

export function withLog(Broken: typeof WriteAheadLog): NodeFactory {
  class BrokenReplica extends Replica {
    protected override createLog(): WriteAheadLog {
      return new Broken(this.environment, "raft");
    }
  }
  return withReplica(BrokenReplica);
}

export function withLocks(Broken: typeof Locks): NodeFactory {
  class BrokenMachine extends KvMachine {
    protected override createLocks(): Locks {
      return new Broken();
    }
  }
  class BrokenNode extends KvNode {
    protected override createMachine(historyLimit: number): KvMachine {
      return new BrokenMachine(historyLimit);
    }
  }
  return (environment, options) => new BrokenNode(environment, options);
}
