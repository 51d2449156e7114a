// Why the clock of a process cannot be moved. For callers that skip a fault with its reason, and for reports.

/** Every way in which it can fail; each is an answer, not a mistake of ours. */
export type VdsoReason =
  /** Not Linux. */
  | "platform"
  /** No stub for this machine, or a 32-bit program. */
  | "architecture"
  /** The process has ended, or its number belongs to another one now. */
  | "gone"
  /** It is this process: who stops itself cannot continue itself. */
  | "self"
  /** The process has no vDSO (booted with vdso=0, or a sandbox with its own kernel). */
  | "no-vdso"
  /** Another user's process, the Yama rule, or a kernel that forbids forced writes. */
  | "no-access"
  /** The vDSO is no ELF image that we understand. */
  | "malformed"
  /** An entry that must be redirected does not exist, or is too short for a jump. */
  | "symbols-absent"
  /** No empty tail large enough behind the image, or somebody else uses it. */
  | "no-room"
  /** Some thread did not stop within the limit: uninterruptible, or under a debugger. */
  | "would-not-stop"
  /** The kernel does not show where a thread stands. */
  | "no-program-counter"
  /** A thread stood on a jump to be written at every attempt. */
  | "entry-in-use"
  /** The program was replaced by exec at every attempt. */
  | "replaced"
  /** What was written was not there when read back. */
  | "not-verified"
  /** An offset beyond the limit. */
  | "out-of-range"
  /** `undo` or `close` was called before. */
  | "closed";

/** A refusal; nothing is left stopped, and a half-done patch is harmless (offset as before) and undone by `undo` or by the sweep. */
export class VdsoError extends Error {
  readonly reason: VdsoReason;

  constructor(reason: VdsoReason, message: string, options?: ErrorOptions) {
    super(`${reason}: ${message}`, options);
    this.name = "VdsoError";
    this.reason = reason;
  }
}

const unpatchable: ReadonlySet<VdsoReason> = new Set(["self", "no-vdso", "malformed", "architecture", "symbols-absent", "no-room"]);

/** Whether nothing can have been written to a process that is refused for this reason, so that there is nothing to undo. */
export function isNeverPatched(reason: VdsoReason): boolean {
  return unpatchable.has(reason);
}
