// The control channel of a real-time node: one unproxied TCP connection to the harness, JSON lines both ways. docs: contracts, "One control channel".
//
// The node connects and says `hello`; the harness answers with `begin`; the node binds its servers (`bound`), builds and
// starts the system's node (`serving`, then `up`). On the end of the file the node exits at once: a killed harness leaves
// no children. A line is at most 16 MiB; both sides end a connection that sends anything they do not know.
import type { Level } from "../../../harness/environment.ts";
import type { FaultParameters } from "../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Address } from "./bootstrap.ts";

/** Wall clock of a node = real time + offset + rate x (real time - anchor). The anchor is real time, milliseconds since the epoch. */
export interface ClockError {
  readonly offsetMs: number;
  readonly ratePpm: number;
  readonly anchorMs: number;
}

/** One disk fault in force; its effects are counted under its id. */
export type DiskSwitch = {
  [K in "disk-full" | "disk-error" | "lying-disk" | "torn-write"]: { readonly id: string; readonly kind: K; readonly params: FaultParameters[K] };
}["disk-full" | "disk-error" | "lying-disk" | "torn-write"];

/** A signal that the node sends to itself inside `probe.mark(kind)`, when `leftCount` more of its marks of this kind have been made. */
export interface Trap {
  readonly id: string;
  readonly mark: string;
  /** 1: the next one. */
  readonly leftCount: number;
  readonly signal: "SIGKILL" | "SIGSTOP";
}

/** Where a host dials its peers: the listeners of its own links, one a peer and protocol. */
export type AddressBook = Readonly<Record<NodeName, { readonly tcp: Address; readonly udp: Address }>>;

/** All that an incarnation starts from. URLs and paths are as the node sees them (a container has its own). */
export interface Begin {
  readonly type: "begin";
  readonly module: string;
  readonly bug?: string;
  readonly variant: string;
  readonly nodes: readonly NodeName[];
  readonly parameters: JsonObject;
  /** Chance of this incarnation: the plan's seed, forked by node and incarnation. */
  readonly seed: string;
  /** Address on which its servers listen, without the port: the node takes any. */
  readonly listenHost: string;
  readonly peers: AddressBook;
  /** Holds `data` (the node's files) and `image` (what the disk layer keeps of what is durable). */
  readonly diskDirectory: string;
  /** The disk layer keeps an image of what is durable, for power cuts; false where a file system of its own does that. */
  readonly keepsDiskImage: boolean;
  readonly clock: ClockError;
  readonly disk: readonly DiskSwitch[];
  readonly traps: readonly Trap[];
  /** Kinds of marks to report at once. */
  readonly watchedMarks: readonly string[];
  /** Where to ask for the time; absent: the clock is the machine's, plus `clock`. Asked over TCP, see `runtimes/shared/host/time-service.ts`. */
  readonly timeService?: Address;
}

/** `ack`: the node answers `done` with the same number once it is in force. */
export type ToHost =
  | Begin
  | { readonly type: "clock"; readonly ack: number; readonly clock: ClockError }
  /** All switches in force from now on; those that are missing are lifted. */
  | { readonly type: "disk"; readonly ack: number; readonly switches: readonly DiskSwitch[] }
  /** All traps and watched marks from now on. */
  | { readonly type: "traps"; readonly ack: number; readonly traps: readonly Trap[]; readonly watchedMarks: readonly string[] }
  /** A fresh `state`, then `done`. */
  | { readonly type: "inspect"; readonly ack: number }
  /** `Node.stop()`, then `stopped`, then the process ends with 0. */
  | { readonly type: "stop" };

export type FromHost =
  | { readonly type: "hello"; readonly token: string; readonly node: NodeName; readonly incarnation: number; readonly pid: number }
  /** Its servers are bound; nothing is answered yet. */
  | { readonly type: "bound"; readonly tcpPort: number; readonly udpPort: number }
  /** The system's node called `serve` (or has started without): the links to it may be opened. */
  | { readonly type: "serving" }
  /** `Node.start()` has resolved. */
  | { readonly type: "up" }
  | { readonly type: "stopped" }
  /** Its last line: an exception nobody caught, or `environment.crash`. */
  | { readonly type: "died"; readonly reason: string; readonly isUncaught: boolean }
  | { readonly type: "fact"; readonly kind: string; readonly data: JsonObject }
  /** A failed `always` or a reached `unreachable`. */
  | { readonly type: "probe"; readonly id: string; readonly kind: "always" | "unreachable"; readonly detail: JsonObject }
  /** Increments since the last such message; at least every 250 ms while there are any, and before `stopped` and `died`. */
  | {
      readonly type: "counts";
      readonly probes: Readonly<Record<string, { readonly heldCount: number; readonly failedCount: number }>>;
      readonly marks: Readonly<Record<string, number>>;
      readonly messageCount: number;
    }
  /** A watched mark was made. */
  | { readonly type: "mark"; readonly kind: string }
  /** Written before the signal is sent. */
  | { readonly type: "trapped"; readonly id: string }
  /** What `probe.state` says; sent when it changed (looked at every 50 ms) and for `inspect`. */
  | { readonly type: "state"; readonly inspected: JsonObject }
  /** A disk fault did something. */
  | { readonly type: "effect"; readonly id: string; readonly name: string; readonly count: number }
  /** Longest stall of the event loop in the window that ends now, milliseconds; every 500 ms. */
  | { readonly type: "lag"; readonly windowMs: number; readonly maxMs: number }
  | { readonly type: "log"; readonly level: Level; readonly message: string; readonly data?: Json }
  /** `detail` of `clock`: `{ wallMs, realMs }` as read after the change; of a time service's client also `{ errorBoundMs }`. */
  | { readonly type: "done"; readonly ack: number; readonly detail: JsonObject };
