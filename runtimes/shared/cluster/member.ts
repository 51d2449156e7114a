// One node of a real-time cluster as faults see it: through its incarnations. Made by the cluster, used by its faults port.
import type { NodeState } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { ClockError, DiskSwitch, FromHost, Trap } from "../wire/control.ts";
import type { Machine, Running } from "./machine.ts";

export interface Member {
  readonly name: NodeName;
  readonly machine: Machine;
  /** The living process, paused or not; undefined between incarnations. */
  readonly running: Running | undefined;
  state(): NodeState;
  /** Asks the node for its state; the last one known if it does not answer within the limit. */
  inspect(limitMs: number): Promise<JsonObject>;

  /** As long as anybody holds it down it is not started again. Does not end it. */
  hold(holder: string): void;
  /** Started again when the last holder lets go (and the run wants it up). Resolves when it has begun to start. */
  release(holder: string): Promise<void>;
  /** SIGKILL, links closed; resolves when it has gone. False: nothing ran. The member must be held by the caller, else it is started again. */
  kill(): Promise<boolean>;
  /** Graceful within the limit, then SIGKILL. False: nothing ran. */
  stop(limitMs: number): Promise<boolean>;
  /** Paused while anybody wants it so; a pause ends with the process. False: nothing ran. */
  pause(holder: string): Promise<boolean>;
  resume(holder: string): Promise<void>;

  /** What every incarnation, this one and later ones, has in force. Resolves when the living one has confirmed (at most 2 s), with its confirmation; undefined: none did. */
  setClock(clock: ClockError): Promise<JsonObject | undefined>;
  setDisk(switches: readonly DiskSwitch[]): Promise<JsonObject | undefined>;
  setTraps(traps: readonly Trap[], watchedMarks: readonly string[]): Promise<JsonObject | undefined>;
  /** Messages that concern faults: `mark`, `trapped`, `effect`. One listener. */
  onMessage: (message: Extract<FromHost, { type: "mark" | "trapped" | "effect" }>) => void;
  /** Called after each start of a process, before its node begins: a clock patched from outside has to be patched anew. Awaited. One listener. */
  onStarted: (running: Running) => Promise<void>;
}
