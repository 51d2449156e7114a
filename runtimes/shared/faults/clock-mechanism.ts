// How a node's wall clock is set wrong in real time: one port, three ways (Environment, time link, vDSO). For clock faults.
import type { ClockError } from "../wire/control.ts";
import type { Member } from "../cluster/member.ts";
import type { Running } from "../cluster/machine.ts";

/** What a node's clock showed when it was asked: ahead of real time by `offsetMs`, known to within `errorMs`. */
export interface ClockReading {
  readonly offsetMs: number;
  readonly errorMs: number;
}

/** Keeps what each member's clock has in force, through its incarnations. Calls for one member come one after another. */
export interface ClockMechanism {
  /** Word for records. */
  readonly name: "environment" | "time-link" | "vdso";
  /** True, or why these clocks cannot be moved here. */
  capability(kind: "clock-step" | "clock-drift"): true | string;
  /** Why this error, alone or summed up, is beyond it; undefined if it is not. */
  refusal(offsetMs: number): string | undefined;
  /**
   * In force when it resolves, for this incarnation and later ones; read back from the node. Undefined: nobody runs or answers, so
   * nothing could be read. @throws Error when the clock was read and is wrong, or cannot be moved
   */
  apply(member: Member, error: ClockError): Promise<ClockReading | undefined>;
  /** A process was started and its node not begun: what has to be done to every process anew. */
  started(member: Member, running: Running): Promise<void>;
  /** No timer or file is left. Clocks that were moved from outside are given back as far as possible; the others stay as they are. Idempotent. */
  close(): void;
}
