// Where ids come from: the port between the sequencer's node, which speaks HTTP and keeps the audit, and its designs.
import type { Answer, Exchange } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";

export interface GenerateRequest {
  /** 1 to `largestBatch`. */
  readonly count: number;
  /** Every id must be above this one, which somebody was given before. */
  readonly after: string | null;
}

export type RefusalReason =
  /** The log has no leader, or it did not answer in time. */
  | "no-quorum"
  /** The local block is used up and no new one came in time. */
  | "no-block"
  /** The lease of the slot is over. */
  | "no-lease"
  /** The clock is behind the last id by more than can be waited for. */
  | "clock-regress"
  /** The token is ahead of the clock by more than can be waited for, or believed. */
  | "token-ahead"
  /** The disk did not save a reservation in time. */
  | "slow-disk"
  /** The time does not fit an id. */
  | "clock-out-of-range";

/** `ids`, or certainly none (`refused`, `elsewhere`, `bad-token`), or nobody can tell (`unknown`). */
export type GenerateAnswer =
  | { readonly kind: "ids"; readonly ids: readonly string[]; readonly holding: Holding | null }
  /** `isEntitled`: by its own account the node held all that it needed (a block, a lease, its clock), yet refused. */
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly isEntitled: boolean }
  | { readonly kind: "elsewhere"; readonly leader: NodeName | null }
  | { readonly kind: "unknown" }
  | { readonly kind: "bad-token" };

/** For the audit: the part of all numbers that these ids were taken from. Null: the ids are not numbers. */
export interface Holding {
  /** Ids of different lanes are different by construction, e.g. `slot-5`; one lane for all where one counter rules. */
  readonly lane: string;
  /** Under which right: a fencing token, an incarnation. */
  readonly token: number;
  /** Neighbours within one answer are this far apart. */
  readonly stride: number;
}

export interface IdSource {
  /** Recovers; resolved = requests may come. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `done` runs once, always, within `waitLimitMs` or the time of a log round, unless this incarnation dies first. */
  generate(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void;
  /** Exchanges between nodes; true if it was one. */
  handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean;
  isReady(): boolean;
  /** For `probe.state`; member `role` for targets. */
  inspect(): JsonObject;
}

/** Ids in one answer. */
export const largestBatch = 10_000;
/** How long a request may wait inside a node for a block or a clock: well below the usual time limit of clients. */
export const waitLimitMs = 600;
