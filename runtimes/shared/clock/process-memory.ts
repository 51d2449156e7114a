// The memory of one live process, through `/proc/PID/mem`. For the patch.
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { codeOf, isRunning, type ProcessIdentity } from "../undo/process-identity.ts";
import { VdsoError } from "./vdso-error.ts";

export interface MemoryRange {
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * Bound to the address space that the process had when this was opened: after an exec, after its end, and whoever gets its
 * number, reads and writes fail and reach nobody else. The kernel gives a process its own copy of a page written this way,
 * pages without write permission included.
 */
export class ProcessMemory {
  readonly process: ProcessIdentity;
  readonly #descriptor: number;
  #isClosed = false;

  /** @throws VdsoError gone or no-access */
  constructor(process: ProcessIdentity) {
    this.process = process;
    this.#descriptor = openMemory(process);
    // Looked at after opening: from here on the descriptor belongs to that very process.
    if (isRunning(process)) return;
    this.close();
    throw gone(process);
  }

  /** Where the kernel's mapping of this name is, e.g. `[vdso]`; undefined: nowhere. @throws VdsoError gone or no-access */
  range(name: string): MemoryRange | undefined {
    // Device and inode 0: a file may be called anything, the kernel's own mappings too.
    const lines = [...this.#maps().matchAll(/^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ 00:00 0 +(\[.*\])$/gm)];
    const [, start, end] = lines.find(([, , , label]) => label === name) ?? [];
    if (start === undefined || end === undefined) return undefined;
    const from = Number.parseInt(start, 16);
    return { start: from, sizeBytes: Number.parseInt(end, 16) - from };
  }

  /** @throws VdsoError replaced (another program runs there now), gone or no-access */
  read(address: number, sizeBytes: number): Uint8Array {
    const bytes = new Uint8Array(sizeBytes);
    const count = this.#reach(() => readSync(this.#descriptor, bytes, 0, sizeBytes, address));
    if (count !== sizeBytes) throw this.#lost();
    return bytes;
  }

  /** One system call. @throws VdsoError as `read` does */
  write(address: number, bytes: Uint8Array): void {
    const count = this.#reach(() => writeSync(this.#descriptor, bytes, 0, bytes.length, address));
    if (count !== bytes.length) throw this.#lost();
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  #maps(): string {
    try {
      return readFileSync(`/proc/${this.process.pid}/maps`, "latin1");
    } catch (cause) {
      throw refusal(this.process, cause);
    }
  }

  #reach(act: () => number): number {
    if (this.#isClosed) throw new VdsoError("closed", "the memory was closed");
    try {
      return act();
    } catch (cause) {
      // The addresses are those of the vDSO: if they are not mapped, another program has taken its place, or the end is near.
      if (codeOf(cause) === "EIO" || codeOf(cause) === "ESRCH") throw this.#lost(cause);
      throw refusal(this.process, cause);
    }
  }

  /** The kernel answers 0 bytes when the address space is gone, an error when it refuses. */
  #lost(cause?: unknown): VdsoError {
    if (!isRunning(this.process)) return gone(this.process);
    if (codeOf(cause) === "EIO" && this.#isThere()) return new VdsoError("no-access", "the kernel forbids forced writes (proc_mem.force_override)", { cause });
    return new VdsoError("replaced", `process ${this.process.pid} has begun another program`, { cause });
  }

  /** Whether anything can still be read where the vDSO is said to be. */
  #isThere(): boolean {
    const vdso = this.range("[vdso]");
    if (vdso === undefined) return false;
    try {
      return readSync(this.#descriptor, new Uint8Array(1), 0, 1, vdso.start) === 1;
    } catch {
      return false;
    }
  }
}

function openMemory(process: ProcessIdentity): number {
  try {
    return openSync(`/proc/${process.pid}/mem`, "r+");
  } catch (cause) {
    throw refusal(process, cause);
  }
}

function refusal(process: ProcessIdentity, cause: unknown): VdsoError {
  const code = codeOf(cause);
  if (code === "ENOENT" || code === "ESRCH" || !isRunning(process)) return gone(process, cause);
  const way = "run as the same user or as root; kernel.yama.ptrace_scope 1 allows descendants only";
  return new VdsoError("no-access", `process ${process.pid}: ${code ?? String(cause)}; ${way}`, { cause });
}

function gone(process: ProcessIdentity, cause?: unknown): VdsoError {
  return new VdsoError("gone", `process ${process.pid} has ended`, { cause });
}
