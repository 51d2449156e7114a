// A file that is open, once for all who have it open: its descriptor, its length, and how its changes are announced. For real files.
import type { ImageKeeper } from "./image-journal.ts";
import type { ChangeRecord, SyncOutcome } from "./image-record.ts";
import type { InodeImage } from "./inode-image.ts";
import { closeQuietly, readFully, writeFully, type SystemCalls } from "./system-calls.ts";

/** When so much is neither synced nor forgotten, the kernel writes back a file on its own, as after half a minute it would anyway. */
const mostWeightBytes = 64 << 20;
const noBytes = new Uint8Array(0);

export class OpenFile {
  readonly #calls: SystemCalls;
  readonly #keeper: ImageKeeper;
  readonly id: number;
  readonly #fd: number;
  #lengthBytes: number;
  #holderCount = 1;
  #syncCount = 0;

  /** Takes over the descriptor. */
  constructor(calls: SystemCalls, keeper: ImageKeeper, file: { readonly id: number; readonly fd: number }) {
    this.#calls = calls;
    this.#keeper = keeper;
    this.id = file.id;
    this.#fd = file.fd;
    this.#lengthBytes = calls.fstatSync(file.fd).size;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  hold(): void {
    this.#holderCount++;
  }

  /** True: nobody has it open any more. Its descriptor is closed once no sync is under way. */
  release(): boolean {
    this.#holderCount--;
    this.#closeIfIdle();
    return this.#holderCount === 0;
  }

  /** Nobody has it open any more, whoever had. */
  abandon(): void {
    this.#holderCount = 0;
    this.#closeIfIdle();
  }

  /** Fewer bytes only at the end. */
  read(at: number, length: number): Uint8Array {
    const end = Math.min(at + length, this.#lengthBytes);
    return end <= at ? noBytes : readFully(this.#calls, this.#fd, { at, length: end - at });
  }

  write(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const end = at + bytes.length;
    this.#change({ kind: "write", at, length: bytes.length }, () => writeFully(this.#calls, this.#fd, bytes, at));
    this.#lengthBytes = Math.max(this.#lengthBytes, end);
    this.#flushIfHeavy();
  }

  truncate(length: number): void {
    this.#change({ kind: "truncate", at: 0, length }, () => this.#calls.ftruncateSync(this.#fd, length));
    this.#lengthBytes = length;
  }

  /** Number of the newest change. */
  get sequence(): number {
    return this.#inode?.sequence ?? 0;
  }

  settle(sequence: number, outcome: SyncOutcome): void {
    const inode = this.#inode;
    // Without a name, or without changes, there is nothing to settle; a promise may be noted elsewhere than with the changes.
    if (inode === undefined || (inode.changes.length === 0 && outcome !== "promised")) return;
    this.#keeper.record({ kind: "synced", inode: this.id, sequence, outcome });
  }

  sync(done: (error: unknown) => void): void {
    this.#syncCount++;
    this.#calls.fdatasync(this.#fd, (error) => {
      this.#syncCount--;
      this.#closeIfIdle();
      done(error);
    });
  }

  get #inode(): InodeImage | undefined {
    return this.#keeper.image.inode(this.id);
  }

  #change(change: Pick<ChangeRecord, "kind" | "at" | "length">, act: () => void): void {
    const inode = this.#inode;
    // Nobody will ever find it again, whatever happens: there is nothing to take account of.
    if (inode === undefined) return act();
    const previousLength = this.#lengthBytes;
    const [from, end] = change.kind === "write" ? [change.at, change.at + change.length] : [change.length, previousLength];
    const preimage = this.read(from, Math.max(0, end - from));
    const record: ChangeRecord = { ...change, inode: this.id, sequence: inode.sequence + 1, previousLength };
    const undo = (): void => {
      writeFully(this.#calls, this.#fd, preimage, from);
      this.#calls.ftruncateSync(this.#fd, previousLength);
    };
    try {
      this.#keeper.record(record, { preimage, act, undo });
    } catch (error) {
      this.#lengthBytes = this.#calls.fstatSync(this.#fd).size;
      throw error;
    }
  }

  #flushIfHeavy(): void {
    const { image } = this.#keeper;
    if (image.weightBytes <= mostWeightBytes) return;
    const heaviest = image.inodes().reduce((a, b) => (b.weightBytes > a.weightBytes ? b : a));
    try {
      this.#keeper.record({ kind: "synced", inode: heaviest.id, sequence: heaviest.sequence, outcome: "flushed" });
    } catch {
      // The write before it has happened and is answered so; the next one tries again.
    }
  }

  #closeIfIdle(): void {
    if (this.#holderCount === 0 && this.#syncCount === 0) closeQuietly(this.#calls, this.#fd);
  }
}
