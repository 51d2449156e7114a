// All that a node or a client may see of the world. A runtime gives it; nothing else may be used. For system authors.
//
// Base forms are callbacks: a synchronous protocol core cannot live on promise-only ports. Promise forms are the thin
// adapters at the end of each port (`harness/promises.ts`). A dead incarnation is inert: nothing it calls has an effect,
// none of its callbacks run, its promises never settle.
import type { Json, JsonObject } from "./json.ts";
import type { NodeName } from "./operation.ts";
import type { Random } from "./random.ts";

export type { Random } from "./random.ts";

export interface Environment {
  readonly self: NodeName;
  /** 1 at the first start; grows with every restart. */
  readonly incarnation: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Seeded; forked by name for each concern. A restarted incarnation gets a stream of its own. */
  readonly random: Random;
  readonly network: Network;
  readonly disk: Disk;
  readonly probe: Probe;
  log(level: Level, message: string, data?: Json): void;
  /** For a node that finds its own invariant broken (or its disk failing): it dies here and never limps on. */
  crash(reason: string): never;
}

export type Level = "debug" | "info" | "warn" | "error";

export interface Clock {
  /** Milliseconds since the epoch as this node believes; may be wrong, may jump, may go back. Whole milliseconds. */
  wall(): number;
  /** Milliseconds since the start of this incarnation; never goes back; microsecond resolution. */
  monotonic(): number;
}

export type TimerId = number;

export interface Timers {
  after(ms: number, run: () => void): TimerId;
  every(ms: number, run: () => void): TimerId;
  /** Unknown and spent timers are ignored. */
  cancel(timer: TimerId): void;
  /** Promise form of `after`. An abort removes the timer and rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A request of the exchange protocol: HTTP/1.1 in real runtimes, so that any node answers curl. */
export interface Exchange {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Starts with `/`; path segments from outside are already percent-encoded. No query: see `query`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly body?: Json | Uint8Array;
}

/** Refused: certainly not delivered. Reset and Timeout: nobody can tell. TooLarge: certainly not delivered. */
export type CallErrorKind = "Refused" | "Reset" | "Timeout" | "TooLarge";
export interface CallError {
  readonly kind: CallErrorKind;
  /** True iff the request certainly never reached a handler. */
  readonly isDefinite: boolean;
}

export type Answer = (reply: Reply) => void;
export type CallDone = (error: CallError | null, reply: Reply | null) => void;
export interface CallOptions {
  readonly timeoutMs: number;
}

/**
 * `call`: the handler runs 0 or 1 times, possibly after the caller's timeout and after healing. Calls in flight together
 * have no order: each takes a connection of the pair's pool (8, then a queue of 1,000, then Refused; waiting counts
 * towards the timeout). `send`: datagrams; may be lost, duplicated, reordered. Bodies: at most 16 MiB, datagrams 60,000
 * bytes. The sender gives a body away; it is JSON-safe and deeply readonly. A handler that throws crashes the node.
 */
export interface Network {
  /** `from` is set by the sender's Environment (not authentication); requests without it come from `outside`. */
  serve(handler: (request: Exchange, from: NodeName, answer: Answer) => void): void;
  call(to: NodeName, request: Exchange, options: CallOptions, done: CallDone): void;
  send(to: NodeName, message: Json): void;
  onMessage(handler: (from: NodeName, message: Json) => void): void;
}

/** `NoSpace`, `InputOutput`: injected or real trouble. `NotFound`: no such file. */
export type DiskErrorKind = "NotFound" | "NoSpace" | "InputOutput";
export interface DiskError {
  readonly kind: DiskErrorKind;
  readonly path: string;
}
export type DiskDone<T = void> = (error: DiskError | null, result: T) => void;

/**
 * Files of one node, a flat or nested namespace of `/`-separated relative paths. A plain kill loses nothing that was
 * written; a power cut keeps what was fsynced (names: after `fsyncDirectory`) and a drawn part of the rest.
 * On an error the `result` of a `DiskDone` is meaningless.
 */
export interface Disk {
  open(path: string, options: { readonly create: boolean }, done: DiskDone<File>): void;
  /** Atomic: afterwards either the old or the new name holds. */
  rename(from: string, to: string, done: DiskDone): void;
  remove(path: string, done: DiskDone): void;
  /** Names directly below a directory ("" is the root), sorted. */
  list(directory: string, done: DiskDone<readonly string[]>): void;
  /** Makes creations, renames and removals in this directory durable. */
  fsyncDirectory(directory: string, done: DiskDone): void;
}

export interface File {
  /** May return fewer bytes than asked for only at the end of the file. */
  read(at: number, length: number, done: DiskDone<Uint8Array>): void;
  write(at: number, bytes: Uint8Array, done: DiskDone): void;
  /** Answers the offset at which the bytes begin. */
  append(bytes: Uint8Array, done: DiskDone<number>): void;
  /** Covers what was written before it was called. */
  fsync(done: DiskDone): void;
  truncate(length: number, done: DiskDone): void;
  size(done: DiskDone<number>): void;
  close(done: DiskDone): void;
}

export interface Probe {
  /** Must hold every time it is reached. A failure is recorded and makes the run invalid; the node goes on. */
  always(holds: boolean, id: string, detail?: () => Json): void;
  /** Must hold at least once in a campaign. */
  sometimes(holds: boolean, id: string, detail?: () => Json): void;
  reachable(id: string): void;
  unreachable(id: string, detail?: () => Json): void;
  /** True when the runtime wants local trouble here; always false outside simulation. */
  fault(id: string, probability?: number): boolean;
  /** A trigger point for targeted faults, e.g. `raft.vote-granted`. A kill here lets the rest of the handler run, without effect. */
  mark(kind: string, detail?: JsonObject): void;
  /** Append-only truth for invariants, e.g. `raft.leader { term: 7 }`. */
  fact(kind: string, data: JsonObject): void;
  /** Registers what targets ("leader") and debugging read; never evidence. Member `role` is understood by target expressions. */
  state(inspect: () => JsonObject): void;
}
