// One file on a simulated disk: what is on the platter, what only the page cache knows, and what a power cut leaves. For volumes.
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";
import { Content, Copies } from "./content.ts";

export const sectorBytes = 512;
export const pageBytes = 4_096;

/** How a power cut treats what was not synced. `written`: all of it had made it. `dropped`: page by page, or not. `corrupted`: pages may also be torn. */
export type CutMode = "written" | "dropped" | "corrupted";

/** What a disk does with dirty pages whose fsync failed: keeps them readable (ext4, XFS) or goes back to the old content (Btrfs). Either way a later fsync alone does not save them (Rebello et al., ATC 2020). */
export type FailedFsync = "kept" | "reverted";

type Pending = { readonly sequence: number } & (
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly length: number }
);

interface Rot {
  readonly fault: ActiveFault;
  /** Within the sector. */
  readonly bitIndex: number;
}

/** Percentages of FoundationDB's AsyncFileNonDurable: of a corrupted page a quarter of the sectors survive, two thirds of the others are garbage, the rest keep old bytes. */
const sectorSurvives = 0.25;
const sectorIsGarbage = 2 / 3;

/** The platter's image is never damaged: bit rot lies over it and can be taken away. */
export class Inode {
  readonly id: number;
  /** What reads see. */
  readonly cached: Content = new Content();
  readonly #durable = new Content();
  #pending: Pending[] = [];
  #sequence = 0;
  /** Up to here an fsync was answered but not done (lying disk). */
  #promisedSequence = 0;
  readonly #rot = new Map<number, Rot>();
  readonly #copies: Copies;

  /** Files of one volume share `copies`. */
  constructor(id: number, copies: Copies = new Copies()) {
    this.id = id;
    this.#copies = copies;
  }

  /** Number of the newest change; an fsync that starts now covers it. */
  get sequence(): number {
    return this.#sequence;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  get durableSectorCount(): number {
    return Math.ceil(this.#durable.length / sectorBytes);
  }

  write(at: number, bytes: Uint8Array): void {
    // A copy: the writer may use its buffer again.
    this.#pending.push({ sequence: ++this.#sequence, kind: "write", at, bytes: this.#copies.of(bytes) });
    this.cached.write(at, bytes);
    if (this.#rot.size > 0) this.#healRot(at, at + bytes.length);
  }

  truncate(length: number): void {
    this.#pending.push({ sequence: ++this.#sequence, kind: "truncate", length });
    this.cached.truncate(length);
    if (this.#rot.size > 0) this.#healRot(length, Number.POSITIVE_INFINITY);
  }

  read(at: number, length: number): Uint8Array {
    const bytes = this.cached.read(at, length);
    if (this.#rot.size > 0) this.#applyRot(at, bytes);
    return bytes;
  }

  /** Everything up to `sequence` reaches the platter, in order. */
  sync(sequence: number): void {
    // They are in order of their sequence.
    let coveredCount = 0;
    for (const pending of this.#pending) {
      if (pending.sequence > sequence) break;
      apply(this.#durable, pending);
      coveredCount++;
    }
    if (coveredCount > 0) this.#pending.splice(0, coveredCount);
  }

  /** An fsync that covers `sequence` failed: what it covered will not reach the platter by another fsync. */
  failSync(sequence: number, outcome: FailedFsync): void {
    this.#pending = this.#pending.filter((pending) => pending.sequence > sequence);
    if (outcome === "kept") return;
    this.cached.become(this.#durable);
    for (const pending of this.#pending) apply(this.cached, pending);
  }

  /** A lying disk answers ok and keeps its promise only when the lie ends. */
  promise(sequence: number): void {
    this.#promisedSequence = Math.max(this.#promisedSequence, sequence);
  }

  keepPromises(): void {
    if (this.#promisedSequence > 0) this.sync(this.#promisedSequence);
    this.#promisedSequence = 0;
  }

  /** The kernel writes back some of the oldest changes on its own. */
  flushPrefix(random: Random): void {
    const count = random.below(this.#pending.length + 1, "flushed writes");
    const last = this.#pending[count - 1];
    if (last !== undefined) this.sync(last.sequence);
  }

  /** Answers how many unsynced changes were lost, at least in part. */
  powerCut(mode: CutMode, random: Random): number {
    let lostCount = 0;
    for (const pending of this.#pending) if (!this.#survives(pending, mode, random)) lostCount++;
    this.#pending = [];
    this.#promisedSequence = 0;
    this.cached.become(this.#durable);
    return lostCount;
  }

  /** Flips one bit of a durable sector, as seen by reads, until it is overwritten or lifted. Answers false if that sector is damaged already. */
  damage(sectorIndex: number, fault: ActiveFault, random: Random): boolean {
    if (this.#rot.has(sectorIndex)) return false;
    const lengthBytes = Math.min(sectorBytes, this.#durable.length - sectorIndex * sectorBytes);
    this.#rot.set(sectorIndex, { fault, bitIndex: random.below(lengthBytes * 8, "rotten bit") });
    return true;
  }

  repair(fault: ActiveFault): void {
    for (const [sectorIndex, rot] of this.#rot) if (rot.fault === fault) this.#rot.delete(sectorIndex);
  }

  #survives(pending: Pending, mode: CutMode, random: Random): boolean {
    if (mode === "written") {
      apply(this.#durable, pending);
      return true;
    }
    if (pending.kind === "truncate") {
      const isWritten = random.chance(0.5, "truncation survives");
      if (isWritten) apply(this.#durable, pending);
      return isWritten;
    }
    const { at, bytes } = pending;
    let isWhole = true;
    for (let from = at; from < at + bytes.length;) {
      const to = Math.min((Math.floor(from / pageBytes) + 1) * pageBytes, at + bytes.length);
      const outcome = random.below(mode === "corrupted" ? 3 : 2, "page outcome");
      if (outcome === 0) this.#durable.write(from, bytes.subarray(from - at, to - at));
      else isWhole = false;
      if (outcome === 2) this.#tear(from, bytes.subarray(from - at, to - at), random);
      from = to;
    }
    return isWhole;
  }

  /** A page that was under way when the power went: each sector on its own. */
  #tear(at: number, bytes: Uint8Array, random: Random): void {
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(from + sectorBytes - ((at + from) % sectorBytes), bytes.length);
      if (random.chance(sectorSurvives, "sector survives")) this.#durable.write(at + from, bytes.subarray(from, to));
      else if (random.chance(sectorIsGarbage, "sector garbage")) this.#durable.write(at + from, random.bytes(to - from, "garbage"));
      from = to;
    }
  }

  #applyRot(at: number, bytes: Uint8Array): void {
    for (const [sectorIndex, { fault, bitIndex }] of this.#rot) {
      const index = sectorIndex * sectorBytes + (bitIndex >> 3) - at;
      if (index < 0 || index >= bytes.length) continue;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (bitIndex & 7));
      fault.affect("damagedReads");
    }
  }

  #healRot(from: number, to: number): void {
    for (const sectorIndex of this.#rot.keys()) {
      const start = sectorIndex * sectorBytes;
      if (start < to && start + sectorBytes > from) this.#rot.delete(sectorIndex);
    }
  }
}

function apply(content: Content, pending: Pending): void {
  if (pending.kind === "write") content.write(pending.at, pending.bytes);
  else content.truncate(pending.length);
}
