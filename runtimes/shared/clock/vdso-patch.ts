// The vDSO of one process image, redirected to a stub that adds an offset. One process, one program; the clock keeps track of families and execs.
import { restoreVdso } from "../undo/undo-entry.ts";
import type { ProcessIdentity } from "../undo/process-identity.ts";
import type { UndoJournal, UndoNote } from "../undo/undo-log.ts";
import { ProcessMemory } from "./process-memory.ts";
import { programCounter, whileStopped } from "./stopped.ts";
import { decodeOffset, encodeOffset, jump, jumpSizeBytes, offsetSizeBytes, stubX8664, type StubEntry } from "./stub-x86-64.ts";
import { VdsoError } from "./vdso-error.ts";
import { parseVdso } from "./vdso-image.ts";

export interface PatchOptions {
  /** How long the threads of a process may take to stop. */
  readonly stopLimitMs: number;
  readonly undo?: UndoJournal | undefined;
}

/** One function of the vDSO in the address space of the process. */
interface Entry extends StubEntry {
  readonly address: number;
}

/** How often a thread may stand just where a jump has to be written before that is given up. */
const attemptLimit = 50;
const stub = stubX8664;

/**
 * Opening changes nothing. `apply` and `write` are idempotent; both are read back. Every refusal is a VdsoError: self, gone,
 * no-vdso, no-access, malformed, architecture, symbols-absent, no-room, would-not-stop, entry-in-use, replaced, not-verified.
 */
export class VdsoPatch {
  readonly process: ProcessIdentity;
  readonly #memory: ProcessMemory;
  readonly #options: PatchOptions;
  readonly #block: number;
  readonly #entries: readonly Entry[];
  readonly #isRoomFree: boolean;
  #note: UndoNote | undefined;

  constructor(target: ProcessIdentity, options: PatchOptions) {
    if (target.pid === process.pid) throw new VdsoError("self", "a process cannot stop and continue itself");
    this.process = target;
    this.#options = options;
    this.#memory = new ProcessMemory(target);
    try {
      const vdso = this.#memory.range("[vdso]");
      if (vdso === undefined) throw new VdsoError("no-vdso", `process ${target.pid} has none`);
      const bytes = this.#memory.read(vdso.start, vdso.sizeBytes);
      const { symbols, endOffset } = parseVdso(bytes);
      const blockAt = Math.ceil(endOffset / 16) * 16;
      const room = bytes.subarray(blockAt, blockAt + stub.sizeBytes);
      if (room.length < stub.sizeBytes) throw new VdsoError("no-room", `process ${target.pid}: ${room.length} bytes behind the vDSO, ${stub.sizeBytes} needed`);
      this.#isRoomFree = room.every((byte) => byte === 0);
      this.#block = vdso.start + blockAt;
      this.#entries = stub.entries.map((entry) => ({ ...entry, address: vdso.start + entryOffset(symbols, entry.symbol) }));
    } catch (error) {
      this.#memory.close();
      throw error;
    }
  }

  /** Whether the stub is there and all entries lead to it; true at once in the fork of a patched process. */
  isApplied(): boolean {
    return this.#hasBlock() && this.#entries.every((entry) => this.#isJump(entry));
  }

  /** Notes the way back, then puts the stub in place with this offset, the process standing still; if it is there, only writes the offset. False: all was so already. */
  apply(offsetNs: bigint): boolean {
    if (!this.#isRoomFree && !this.#hasBlock())
      throw new VdsoError("no-room", `process ${this.process.pid}: ${stub.sizeBytes} bytes behind the vDSO are not free`);
    this.#note ??= this.#options.undo?.before(restoreVdso(this.process));
    const current = this.offsetNs();
    if (current === offsetNs) return false;
    if (current === undefined) this.#whileNobodyEnters(() => this.#install(offsetNs));
    else this.write(offsetNs);
    return true;
  }

  /** Changes the offset of a process that runs on: no reader sees half of it. */
  write(offsetNs: bigint): void {
    this.#writeVerified(this.#block + stub.offsetAt, encodeOffset(offsetNs));
  }

  /** What the process's clocks are ahead by; undefined without the stub. */
  offsetNs(): bigint | undefined {
    if (!this.isApplied()) return undefined;
    return decodeOffset(this.#memory.read(this.#block + stub.offsetAt, offsetSizeBytes));
  }

  /** Gives the process its own entries back; the stub stays, unused, for a thread that may still be inside. False: there was nothing to undo. */
  restore(): boolean {
    const isPatched = this.#hasBlock() && this.#entries.some((entry) => this.#isJump(entry));
    if (isPatched) {
      this.write(0n);
      this.#whileNobodyEnters(() => this.#uninstall());
    }
    this.settle();
    return isPatched;
  }

  /** Marks the way back as not needed any more: restored, or the process is gone. */
  settle(): void {
    this.#note?.done();
    this.#note = undefined;
  }

  close(): void {
    this.#memory.close();
  }

  #install(offsetNs: bigint): void {
    const block = new Uint8Array(stub.sizeBytes);
    block.set(stub.code);
    block.set(encodeOffset(offsetNs), stub.offsetAt);
    for (const entry of this.#entries) block.set(this.#original(entry), entry.savedAt);
    this.#writeVerified(this.#block, block);
    for (const entry of this.#entries) this.#writeVerified(entry.address, this.#jumpOf(entry));
  }

  #uninstall(): void {
    for (const entry of this.#entries) if (this.#isJump(entry)) this.#writeVerified(entry.address, this.#saved(entry));
  }

  /** A thread that stands on the first instructions of an entry would go on in the middle of the jump: try again a moment later. */
  #whileNobodyEnters(act: () => void): void {
    for (let attempt = 0; attempt < attemptLimit; attempt++) {
      const isDone = whileStopped(this.process, { limitMs: this.#options.stopLimitMs, undo: this.#options.undo }, (threads) => {
        if (threads.some((thread) => this.#standsOnEntry(thread))) return false;
        act();
        return true;
      });
      if (isDone) return;
    }
    throw new VdsoError("entry-in-use", `process ${this.process.pid}: a thread stood on an entry of the vDSO ${attemptLimit} times`);
  }

  #standsOnEntry(thread: number): boolean {
    const counter = programCounter(this.process, thread);
    return this.#entries.some(({ address }) => counter >= address && counter < address + jumpSizeBytes);
  }

  #hasBlock(): boolean {
    return isSame(this.#memory.read(this.#block, stub.code.length), stub.code);
  }

  #isJump(entry: Entry): boolean {
    return isSame(this.#memory.read(entry.address, jumpSizeBytes), this.#jumpOf(entry));
  }

  #jumpOf(entry: Entry): Uint8Array {
    return jump(entry.address, this.#block + entry.codeAt);
  }

  /** After a harness died half-way some entries are jumps already: theirs were saved before. */
  #original(entry: Entry): Uint8Array {
    return this.#hasBlock() && this.#isJump(entry) ? this.#saved(entry) : this.#memory.read(entry.address, jumpSizeBytes);
  }

  #saved(entry: Entry): Uint8Array {
    return this.#memory.read(this.#block + entry.savedAt, jumpSizeBytes);
  }

  #writeVerified(address: number, bytes: Uint8Array): void {
    this.#memory.write(address, bytes);
    if (!isSame(this.#memory.read(address, bytes.length), bytes))
      throw new VdsoError("not-verified", `process ${this.process.pid} at 0x${address.toString(16)}`);
  }
}

function entryOffset(symbols: ReadonlyMap<string, { readonly offset: number; readonly sizeBytes: number }>, name: string): number {
  const symbol = symbols.get(name);
  if (symbol === undefined) throw new VdsoError("symbols-absent", `the vDSO has no ${name}`);
  if (symbol.sizeBytes < jumpSizeBytes) throw new VdsoError("symbols-absent", `${name} has ${symbol.sizeBytes} bytes, too few for a jump`);
  return symbol.offset;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
