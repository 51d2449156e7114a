// Deliberate defects of the sharded counter, each a small subclass. Used to test the tester; the correct code knows none.
import type { Exchange } from "../../harness/environment.ts";
import type { Bug } from "../../harness/system.ts";
import { PnCounter } from "../parts/pn-counter.ts";
import { BufferedCounterNode } from "./buffered-node.ts";
import { CounterClient } from "./client.ts";
import { CrdtCounterNode } from "./crdt-node.ts";
import { CounterMachine, type CounterAnswer, type CounterCommand } from "./machine.ts";
import type { CounterChange } from "./node.ts";
import { RaftCounterNode } from "./raft-node.ts";

type AddCommand = Extract<CounterCommand, { kind: "add" }>;
type PutCommand = AddCommand & { readonly base: string };

/** Reads the shard and writes back the sum: of two concurrent adds one is lost. Textbook read-modify-write. */
class GetThenPutNode extends RaftCounterNode {
  protected override createMachine(): CounterMachine {
    return new PutMachine();
  }

  protected override commandFor(request: CounterChange): CounterCommand {
    const command = super.commandFor(request);
    if (command.kind !== "add") return command;
    const put: PutCommand = { ...command, base: this.machine.shardValue(command.shard) };
    return put;
  }
}
class PutMachine extends CounterMachine {
  protected override applyAdd(command: Partial<PutCommand> & AddCommand): CounterAnswer {
    if (command.epoch === this.epoch) this.shards[command.shard] = BigInt(command.base ?? "0");
    return super.applyAdd(command);
  }
}

/** Every attempt of the client gets a new number, so that a repeated add counts again. Cassandra's counters are documented so. */
class FreshIdClient extends CounterClient {
  #attempts = 1_000_000;

  protected override prepare(exchange: Exchange): Exchange {
    if (exchange.method !== "POST") return exchange;
    return { ...exchange, body: { ...(exchange.body as Record<string, string>), sequence: this.#attempts++ } };
  }
}

/** Moving an old shard overwrites the adds that its successor already took. */
class OverwritingMoveNode extends RaftCounterNode {
  protected override createMachine(): CounterMachine {
    return new OverwritingMachine();
  }
}
class OverwritingMachine extends CounterMachine {
  protected override moveInto(shard: number, value: bigint): void {
    this.shards[shard] = value;
  }
}

/**
 * The table of applied requests in a snapshot is the one of the snapshot before: amounts and table disagree, and a repeated
 * request from between the two counts twice after a restart. The class of etcd's v3.5 inconsistency (postmortem 2022).
 */
class StaleSessionsNode extends RaftCounterNode {
  protected override createMachine(): CounterMachine {
    return new StaleSessionsMachine();
  }
}
class StaleSessionsMachine extends CounterMachine {
  #previous: [string, number][] = [];

  protected override snapshotSessions(): [string, number][] {
    const previous = this.#previous;
    this.#previous = super.snapshotSessions();
    return previous;
  }
}

/** Sums as floating-point numbers: beyond 2^53 small amounts vanish. */
class FloatSumNode extends RaftCounterNode {
  protected override total(): string {
    const { shards, draining } = this.machine.describe();
    const values = [shards, draining].flatMap((list) => (Array.isArray(list) ? list : []));
    return BigInt(values.reduce<number>((sum, value) => sum + Number(value), 0)).toString();
  }
}

/** Remembers the requests of two clients only; a repetition that comes later counts again. */
class ShortWindowNode extends RaftCounterNode {
  protected override createMachine(): CounterMachine {
    return new ShortWindowMachine();
  }
}
class ShortWindowMachine extends CounterMachine {
  protected override sessionLimit(): number {
    return 2;
  }
}

/** Once cached, a total is good for ever on this node. */
class NeverRefreshedNode extends RaftCounterNode {
  protected override isFresh(maxStaleMs: number): boolean {
    return maxStaleMs > 0 && this.cached !== null;
  }
}

/** Gossip adds what it hears to what it knows, instead of taking the larger: every repetition counts. */
class SummingGossipNode extends CrdtCounterNode {
  protected override createCounter(): PnCounter {
    return new SummingCounter();
  }
}
class SummingCounter extends PnCounter {
  protected override join(mine: { readonly added: bigint; readonly subtracted: bigint }, theirs: typeof mine): readonly [bigint, bigint] {
    return [mine.added + theirs.added, mine.subtracted + theirs.subtracted];
  }
}

/** Acknowledges an add that is only in memory: gone with the process. */
class MemoryBufferNode extends BufferedCounterNode {
  protected override persist(_record: Parameters<BufferedCounterNode["persist"]>[0], done: () => void): void {
    done();
  }
}

/** After a restart unconfirmed batches go out under a new name, and count again. Cassandra's counters up to 2.0 replayed so. */
class ReplayingNode extends BufferedCounterNode {
  protected override batchOwner(): string {
    return `${this.environment.self}#${this.epoch}`;
  }
}

const raft = { variant: "raft", accusedBy: "CN-C1" };

export const bugs: readonly Bug[] = [
  {
    ...raft,
    id: "CN-1",
    name: "get-then-put",
    text: "a shard is read and written back: of two concurrent adds one is lost",
    node: (environment, options) => new GetThenPutNode(environment, options),
    imitates: "read-modify-write without compare-and-set (textbook)",
    needs: [],
    difficulty: "T0",
  },
  {
    ...raft,
    id: "CN-2",
    name: "retry-without-request-id",
    text: "a repeated add has a new request id and counts again",
    client: (environment, cluster) => new FreshIdClient(environment, cluster),
    imitates: "Cassandra counters: not idempotent (documented)",
    needs: ["reset"],
    difficulty: "T1",
  },
  {
    id: "CN-3",
    name: "replay-deltas",
    variant: "buffered",
    text: "batches not confirmed before a restart are sent under a new name and count twice",
    node: (environment, options) => new ReplayingNode(environment, options),
    imitates: "Cassandra counters up to 2.0: commit log replays deltas",
    needs: ["kill"],
    accusedBy: "CN-C1-node",
    difficulty: "T2",
  },
  {
    id: "CN-4",
    name: "merge-by-sum",
    variant: "crdt",
    text: "gossip adds what it hears to what it knows",
    node: (environment, options) => new SummingGossipNode(environment, options),
    imitates: "the slip that state-based counters are designed against (Shapiro et al. 2011)",
    needs: [],
    accusedBy: "CN-C1-node",
    difficulty: "T0",
  },
  {
    ...raft,
    id: "CN-6",
    name: "reshard-loses-adds",
    text: "moving an old shard overwrites what its successor has already counted",
    node: (environment, options) => new OverwritingMoveNode(environment, options),
    imitates: "resharding without merging (class)",
    needs: [],
    difficulty: "T1",
  },
  {
    id: "CN-7",
    name: "ack-in-memory",
    variant: "buffered",
    text: "an add is acknowledged before the journal has it",
    node: (environment, options) => new MemoryBufferNode(environment, options),
    imitates: "write-behind buffers (class)",
    needs: ["kill"],
    accusedBy: "CN-C4",
    difficulty: "T1",
  },
  {
    ...raft,
    id: "CN-8",
    name: "dedupe-index-mismatch",
    text: "a snapshot holds the amounts of now and the table of applied requests of the snapshot before",
    node: (environment, options) => new StaleSessionsNode(environment, options),
    imitates: "etcd v3.5 data inconsistency: index and data not saved together (postmortem 2022)",
    needs: ["reset", "kill"],
    difficulty: "T3",
  },
  {
    ...raft,
    id: "CN-10",
    name: "float-sum",
    text: "shards are summed as floating-point numbers",
    node: (environment, options) => new FloatSumNode(environment, options),
    imitates: "JSON numbers beyond 2^53 (class)",
    needs: [],
    difficulty: "T0",
  },
  {
    ...raft,
    id: "CN-11",
    name: "idle-shard-never-refreshed",
    text: "a cached total never grows old",
    node: (environment, options) => new NeverRefreshedNode(environment, options),
    imitates: "caches without expiry (class)",
    needs: [],
    accusedBy: "CN-C5",
    difficulty: "T0",
  },
  {
    ...raft,
    id: "CN-12",
    name: "short-dedupe-window",
    text: "only the requests of the two latest clients are remembered",
    node: (environment, options) => new ShortWindowNode(environment, options),
    imitates: "idempotency windows shorter than the client's retries (class)",
    needs: ["partition"],
    difficulty: "T2",
  },
];
