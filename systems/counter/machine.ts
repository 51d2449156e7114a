// The replicated state of a sharded counter: shards, resharding, exactly-once adds, unique likes. For the `raft` variant
// (every add) and the `buffered` variant (every flushed batch). Deterministic; amounts are BigInt, decimal strings outside.
import type { Json, JsonObject } from "../../harness/json.ts";
import type { StateMachine } from "../parts/replica.ts";

/** `client` and `sequence` identify a request: a client has one request under way and numbers them 1, 2, 3 ... */
interface Requested {
  readonly client: string;
  readonly sequence: number;
}

export type CounterCommand =
  | (Requested & { readonly kind: "add"; readonly epoch: number; readonly shard: number; readonly delta: string })
  | (Requested & { readonly kind: "reshard"; readonly shards: number })
  | (Requested & { readonly kind: "like" | "unlike"; readonly user: string })
  | { readonly kind: "move"; readonly epoch: number; readonly shard: number };

/** `moved`: the shard belongs to an older epoch, nothing happened, route again. `busy`: a reshard is still moving. */
export type CounterAnswer = { readonly status: "done" } | { readonly status: "moved" | "busy"; readonly epoch: number; readonly shardCount: number };

interface Session {
  readonly sequence: number;
  readonly answer: CounterAnswer;
}

/** The old shards of a reshard under way; null: already moved. */
interface Draining {
  readonly epoch: number;
  readonly values: (bigint | null)[];
}

export const initialShardCount = 4;
/** A session is dropped when this many newer ones exist: far beyond the number of clients with a request under way. */
const sessionLimit = 10_000;

export class CounterMachine implements StateMachine {
  protected epoch = 1;
  protected shards: bigint[] = zeros(initialShardCount);
  protected draining: Draining | null = null;
  protected sessions: Map<string, Session> = new Map<string, Session>();
  protected readonly likes: Set<string> = new Set<string>();

  apply(command: Json): Json {
    // Commands come from `commandFor` of this very module's nodes, through the log.
    const decoded = command as unknown as CounterCommand;
    if (decoded.kind === "move") return this.applyMove(decoded);
    const known = this.sessions.get(decoded.client);
    if (known !== undefined && decoded.sequence <= known.sequence) return known.answer;
    const answer = this.applyRequest(decoded);
    if (answer.status === "done") this.remember(decoded, answer);
    return answer;
  }

  /** The next shard to move, if a reshard is under way: whoever leads proposes it. */
  nextMove(): CounterCommand | null {
    const shard = this.draining?.values.findIndex((value) => value !== null) ?? -1;
    return this.draining === null || shard < 0 ? null : { kind: "move", epoch: this.draining.epoch, shard };
  }

  /** Where an add with this request id belongs now. */
  route(hash: number): { readonly epoch: number; readonly shard: number } {
    return { epoch: this.epoch, shard: hash % this.shards.length };
  }

  total(): string {
    let sum = 0n;
    for (const value of this.shards) sum += value;
    for (const value of this.draining?.values ?? []) sum += value ?? 0n;
    return sum.toString();
  }

  shardValue(shard: number): string {
    return (this.shards[shard] ?? 0n).toString();
  }

  likeCount(): string {
    return this.likes.size.toString();
  }

  /** Last sequence applied for a client, 0 if none. */
  sequenceOf(client: string): number {
    return this.sessions.get(client)?.sequence ?? 0;
  }

  describe(): JsonObject {
    return { epoch: this.epoch, shards: this.shards.map(String), draining: this.draining?.values.map((value) => value?.toString() ?? null) ?? null };
  }

  snapshot(): Json {
    return {
      epoch: this.epoch,
      shards: this.shards.map(String),
      draining: this.draining === null ? null : { epoch: this.draining.epoch, values: this.draining.values.map((value) => value?.toString() ?? null) },
      sessions: this.snapshotSessions(),
      likes: [...this.likes],
    };
  }

  restore(snapshot: Json): void {
    // The shape is that of `snapshot` above: the replica vouches for its checksum.
    const saved = snapshot as unknown as Saved;
    this.epoch = saved.epoch;
    this.shards = saved.shards.map(BigInt);
    this.draining =
      saved.draining === null ? null : { epoch: saved.draining.epoch, values: saved.draining.values.map((value) => (value === null ? null : BigInt(value))) };
    this.sessions = new Map(saved.sessions.map(([client, sequence]) => [client, { sequence, answer: { status: "done" } }]));
    this.likes.clear();
    for (const user of saved.likes) this.likes.add(user);
  }

  /** The table of requests already applied, at the same moment as the amounts: together they make retries exactly-once. */
  protected snapshotSessions(): [string, number][] {
    return [...this.sessions].map(([client, session]) => [client, session.sequence]);
  }

  protected remember(command: Requested, answer: CounterAnswer): void {
    this.sessions.delete(command.client);
    this.sessions.set(command.client, { sequence: command.sequence, answer });
    if (this.sessions.size > this.sessionLimit()) this.sessions.delete(this.sessions.keys().next().value ?? "");
  }

  protected sessionLimit(): number {
    return sessionLimit;
  }

  protected applyAdd(command: Extract<CounterCommand, { kind: "add" }>): CounterAnswer {
    if (command.epoch !== this.epoch) return this.elsewhere("moved");
    this.shards[command.shard] = (this.shards[command.shard] ?? 0n) + BigInt(command.delta);
    return { status: "done" };
  }

  protected moveInto(shard: number, value: bigint): void {
    this.shards[shard] = (this.shards[shard] ?? 0n) + value;
  }

  private applyRequest(command: Exclude<CounterCommand, { kind: "move" }>): CounterAnswer {
    switch (command.kind) {
      case "add":
        return this.applyAdd(command);
      case "reshard":
        return this.applyReshard(command.shards);
      case "like":
        this.likes.add(command.user);
        return { status: "done" };
      case "unlike":
        this.likes.delete(command.user);
        return { status: "done" };
    }
  }

  private applyReshard(shardCount: number): CounterAnswer {
    if (this.draining !== null) return this.elsewhere("busy");
    this.draining = { epoch: this.epoch, values: this.shards };
    this.epoch++;
    this.shards = zeros(shardCount);
    return { status: "done" };
  }

  private applyMove(command: Extract<CounterCommand, { kind: "move" }>): CounterAnswer {
    const value = this.draining?.values[command.shard];
    if (this.draining === null || this.draining.epoch !== command.epoch || value === null || value === undefined) return { status: "done" };
    this.draining.values[command.shard] = null;
    this.moveInto(command.shard % this.shards.length, value);
    if (this.draining.values.every((left) => left === null)) this.draining = null;
    return { status: "done" };
  }

  private elsewhere(status: "moved" | "busy"): CounterAnswer {
    return { status, epoch: this.epoch, shardCount: this.shards.length };
  }
}

interface Saved {
  readonly epoch: number;
  readonly shards: readonly string[];
  readonly draining: { readonly epoch: number; readonly values: readonly (string | null)[] } | null;
  readonly sessions: readonly [string, number][];
  readonly likes: readonly string[];
}

function zeros(count: number): bigint[] {
  return Array.from({ length: count }, () => 0n);
}
