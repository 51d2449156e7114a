// The one list of faults, their parameters, and the port through which a nemesis breaks a cluster.
import type { JsonObject } from "./json.ts";
import type { NodeName } from "./operation.ts";

export const faultKinds = [
  "partition",
  "slow",
  "loss",
  "duplicate",
  "reorder",
  "corrupt",
  "reset",
  "refuse",
  "half-open",
  "kill",
  "stop",
  "pause",
  "slow-cpu",
  "power-cut",
  "disk-full",
  "disk-error",
  "lying-disk",
  "bit-rot",
  "torn-write",
  "wipe",
  "clock-step",
  "clock-drift",
  "membership",
  "move",
  "load",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A direction between two hosts: what `from` sends to `to`. Client hosts are named `client-0`, `client-1` ... */
export interface Link {
  readonly from: NodeName;
  readonly to: NodeName;
}

/** Whom a fault hits; resolved when it fires. An expression that matches no node makes the fault a recorded skip. */
export type Target =
  | { readonly nodes: readonly NodeName[] }
  /** Nodes whose `probe.state().role` is this, e.g. `leader`; the first `count` of them in name order (default: all). */
  | { readonly role: string; readonly count?: number }
  /** The node whose mark triggered the fault. */
  | { readonly self: true }
  /** `count` nodes of those not hit by `except`, in name order. */
  | { readonly others: Target; readonly count: number }
  | { readonly all: true };

/** Parameters by kind. Faults that last are undone by `lift`; a killed, stopped or cut-off node is started again then. */
export interface FaultParameters {
  /** Blocks the given links; without `links`, those between the targets and all other nodes. On heal what stalled is delivered, or the connections are cut. */
  partition: { readonly links?: readonly Link[]; readonly direction?: "both" | "in" | "out"; readonly onHeal?: "deliver" | "cut"; readonly clients?: boolean };
  /** Adds latency to every message on links of the targets. */
  slow: { readonly latencyMs: number; readonly jitterMs: number };
  /** Datagrams of the targets' links. */
  loss: { readonly probability: number };
  duplicate: { readonly probability: number };
  reorder: { readonly probability: number; readonly delayMs: number };
  /** Datagrams: one byte of the encoded message is changed; what no longer decodes is dropped. */
  corrupt: { readonly probability: number };
  /** Resets open connections of the targets at once, and while in force each exchange with this probability: before delivery, or after the handler ran. */
  reset: { readonly probability: number };
  /** New connections to the targets are refused. */
  refuse: Readonly<Record<never, never>>;
  /** Requests arrive, replies are lost: the caller waits until its time limit. */
  "half-open": Readonly<Record<never, never>>;
  kill: Readonly<Record<never, never>>;
  /** Graceful: `Node.stop()` within the limit, then kill. */
  stop: { readonly limitMs: number };
  pause: Readonly<Record<never, never>>;
  "slow-cpu": { readonly factor: number };
  /** Kill and loss of what was not fsynced; `torn`: unsynced pages may survive in part or as garbage. */
  "power-cut": { readonly torn: boolean };
  "disk-full": Readonly<Record<never, never>>;
  "disk-error": { readonly probability: number; readonly operations: readonly ("read" | "write" | "fsync")[] };
  /** fsync answers ok, data stays unsynced until the lift. */
  "lying-disk": Readonly<Record<never, never>>;
  /** Flips bits in this many random sectors of durable data. */
  "bit-rot": { readonly sectorCount: number };
  /** While in force every power cut of the targets tears the writes under way. */
  "torn-write": Readonly<Record<never, never>>;
  /** The disk is empty when the node starts again. Includes a kill. */
  wipe: Readonly<Record<never, never>>;
  "clock-step": { readonly offsetMs: number };
  "clock-drift": { readonly ratePpm: number };
  membership: JsonObject;
  move: JsonObject;
  load: { readonly factor: number };
}

/** A fault as carried out. In a plan (`PlannedFault`) it also has a time or a trigger, and a duration. */
export type Fault = { [K in FaultKind]: { readonly id: string; readonly kind: K; readonly targets: Target; readonly params: FaultParameters[K] } }[FaultKind];

/** Milliseconds since the load began, or the n-th time a node makes a mark (`node: "any"` counts all nodes together). */
export type When = { readonly atMs: number } | { readonly mark: string; readonly node: NodeName; readonly occurrence: number; readonly delayMs: number };

export type PlannedFault = Fault & { readonly when: When; readonly durationMs: number };

/** What really happened: whom it hit, or why it was skipped. */
export interface Injection {
  readonly id: string;
  readonly victims: readonly NodeName[];
  readonly skipped?: string;
  readonly detail: JsonObject;
}

/**
 * How much a fault did while it was in force: messages stalled, operations failed, processes killed ... 0: it had no effect.
 * `detail.isUnmeasured` true: nobody can tell, and the count means nothing (a foreign proxy that counts nothing).
 */
export interface FaultEffect {
  readonly affectedCount: number;
  readonly detail: JsonObject;
}

export type NodeStatus = "starting" | "up" | "down" | "paused";
export interface NodeState {
  readonly status: NodeStatus;
  readonly incarnation: number;
  /** Last known `probe.state`; may be old in real runtimes. */
  readonly inspected: JsonObject;
}

/** Breaks and heals a cluster. Every method may be called in any order; unknown ids are ignored by `lift`. */
export interface Faults {
  inject(fault: Fault): Promise<Injection>;
  /** Ends one fault and starts again the nodes that only it held down. */
  lift(id: string): Promise<FaultEffect>;
  /** Injects at the mark (kill and pause of the node itself: within `mark()`), then calls `fired`. */
  arm(fault: Fault, when: Extract<When, { mark: string }>, fired: (injection: Injection) => void): Promise<void>;
  /** Lifts everything, disarms every trigger, restarts and resumes every node. Idempotent. */
  heal(): Promise<void>;
  /** True, or the reason why this runtime cannot do it here. */
  capabilities(): Readonly<Record<FaultKind, true | string>>;
  state(node: NodeName): NodeState;
}
