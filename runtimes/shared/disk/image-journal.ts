// The image on the disk: a journal of what happens to files, each record written before what it announces. For node disks.
//
// Plain writes: they have to survive the end of the process, not of the machine. Node and harness are never at it together:
// the harness changes an image only of a node that is dead.
import { decodeRecord, encodeRecord, type ImageRecord, type Preimage } from "./image-record.ts";
import { DiskImage } from "./disk-image.ts";
import { closeQuietly, openFlags, readFully, writeFully, type SystemCalls } from "./system-calls.ts";

/** What keeps account of durability: the journal, or nobody (`NoImage`). */
export interface ImageKeeper {
  readonly image: DiskImage;
  /** A lying disk has answered, to this process or to one before it, and not yet kept its word. */
  readonly hasPromises: boolean;
  /** Announces, acts, and takes account. @throws what `act` throws; nothing has happened then, as far as `undo` succeeded */
  record(record: ImageRecord, step?: Step): void;
  close(): void;
}

export interface Step {
  /** The bytes that `act` destroys. */
  readonly preimage?: Uint8Array;
  readonly act: () => void;
  /** Takes back what a failed `act` did in part. */
  readonly undo?: () => void;
}

/** A journal is written anew when it has grown to twice what it was then, and at least to this. */
const smallestRewriteBytes = 1 << 20;

export class ImageJournal implements ImageKeeper {
  readonly image: DiskImage;
  readonly #calls: SystemCalls;
  readonly #path: string;
  #fd: number;
  #sizeBytes = 0;
  #rewriteBytes = smallestRewriteBytes;
  /** A failed record could not be taken back: nothing can be announced any more. */
  #isBroken = false;

  private constructor(calls: SystemCalls, path: string, image: DiskImage) {
    this.#calls = calls;
    this.#path = path;
    this.image = image;
    this.#fd = -1;
  }

  /** A journal that begins with this image, whose old bytes are in the file at `path`, if anywhere. It replaces that file as a whole. */
  static begin(calls: SystemCalls, path: string, image: DiskImage): ImageJournal {
    const journal = new ImageJournal(calls, path, image);
    const hasOldBytes = image.inodes().some((inode) => inode.changes.length > 0);
    if (hasOldBytes) journal.#fd = calls.openSync(path, openFlags.existing);
    journal.#rewrite();
    return journal;
  }

  get hasPromises(): boolean {
    return this.image.hasPromises;
  }

  record(record: ImageRecord, step?: Step): void {
    if (this.#isBroken) throw new Error("the image of what is durable cannot be kept any more");
    const start = this.#sizeBytes;
    const preimage = this.#announce(record, step?.preimage);
    try {
      step?.act();
    } catch (error) {
      if (this.#isUndone(step)) this.#takeBack(start);
      // It has happened in part, and stays so: the record is what takes it back after a power cut.
      else this.image.apply(record, preimage);
      throw error;
    }
    this.image.apply(record, preimage);
    if (this.#sizeBytes > this.#rewriteBytes) this.#rewriteIfPossible();
  }

  close(): void {
    closeQuietly(this.#calls, this.#fd);
  }

  #announce(record: ImageRecord, oldBytes?: Uint8Array): Preimage {
    const frame = encodeRecord(record, oldBytes);
    try {
      writeFully(this.#calls, this.#fd, frame, this.#sizeBytes);
    } catch (error) {
      this.#takeBack(this.#sizeBytes);
      throw error;
    }
    this.#sizeBytes += frame.length;
    const sizeBytes = oldBytes?.length ?? 0;
    return { position: this.#sizeBytes - sizeBytes, sizeBytes };
  }

  #isUndone(step: Step | undefined): boolean {
    try {
      step?.undo?.();
      return true;
    } catch {
      return false;
    }
  }

  #takeBack(sizeBytes: number): void {
    try {
      this.#calls.ftruncateSync(this.#fd, sizeBytes);
      this.#sizeBytes = sizeBytes;
    } catch {
      this.#isBroken = true;
    }
  }

  /** Without space for a shorter one the long one stays. */
  #rewriteIfPossible(): void {
    try {
      this.#rewrite();
    } catch {
      this.#rewriteBytes = this.#sizeBytes * 2;
    }
  }

  #rewrite(): void {
    const next = `${this.#path}.next`;
    const fd = this.#calls.openSync(next, openFlags.replaced);
    const moved = new Map<Preimage, number>();
    let sizeBytes = 0;
    try {
      for (const { record, preimage } of this.image.dump()) {
        const oldBytes = readFully(this.#calls, this.#fd, { at: preimage.position, length: preimage.sizeBytes });
        const frame = encodeRecord(record, oldBytes);
        writeFully(this.#calls, fd, frame, sizeBytes);
        sizeBytes += frame.length;
        if (oldBytes.length > 0) moved.set(preimage, sizeBytes - oldBytes.length);
      }
      this.#calls.renameSync(next, this.#path);
    } catch (error) {
      closeQuietly(this.#calls, fd);
      throw error;
    }
    if (this.#fd >= 0) closeQuietly(this.#calls, this.#fd);
    for (const [preimage, position] of moved) preimage.position = position;
    this.#fd = fd;
    this.#sizeBytes = sizeBytes;
    this.#rewriteBytes = Math.max(smallestRewriteBytes, sizeBytes * 2);
  }
}

/** The image that a journal leads to; undefined: there is none. @throws Error for a damaged one */
export function readImage(calls: SystemCalls, path: string): DiskImage | undefined {
  if (calls.lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const fd = calls.openSync(path, openFlags.read);
  try {
    const bytes = readFully(calls, fd, { at: 0, length: calls.fstatSync(fd).size });
    return replay(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } finally {
    calls.closeSync(fd);
  }
}

function replay(journal: Buffer): DiskImage {
  const image = new DiskImage();
  let decoded = decodeRecord(journal, 0);
  while (decoded !== null) {
    image.apply(decoded.record, decoded.preimage);
    decoded = decodeRecord(journal, decoded.end);
  }
  image.takeForgotten();
  return image;
}
