// What of a node's files is durable, as the sum of its journal's records: built while the node runs, and again by the harness. Pure.
import type { ImageRecord, Preimage } from "./image-record.ts";
import { InodeImage } from "./inode-image.ts";
import { NameImage } from "./name-image.ts";

const noPreimage: Preimage = { position: 0, sizeBytes: 0 };

/** A record with the old bytes that belong to it: where they are in the present journal. */
export interface DumpedRecord {
  readonly record: ImageRecord;
  readonly preimage: Preimage;
}

export class DiskImage {
  readonly names: NameImage = new NameImage();
  readonly #inodes = new Map<number, InodeImage>();
  #inodeCount = 0;
  #weightBytes = 0;
  #isTearing = false;
  #forgotten: number[] = [];

  /** Numbers of files grow with their creation. */
  get inodeCount(): number {
    return this.#inodeCount;
  }

  /** Of all changes that are not settled. */
  get weightBytes(): number {
    return this.#weightBytes;
  }

  get isTearing(): boolean {
    return this.#isTearing;
  }

  get hasPromises(): boolean {
    return this.names.promised.size > 0 || [...this.#inodes.values()].some((inode) => inode.promisedSequence > 0);
  }

  /** Undefined: no name leads to it, nor will after a power cut. */
  inode(id: number): InodeImage | undefined {
    return this.#inodes.get(id);
  }

  inodes(): readonly InodeImage[] {
    return [...this.#inodes.values()].toSorted((a, b) => a.id - b.id);
  }

  /** Files that have become nobody's since the last call: what was kept of them may go. */
  takeForgotten(): readonly number[] {
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    return forgotten;
  }

  apply(record: ImageRecord, preimage: Preimage = noPreimage): void {
    switch (record.kind) {
      case "origin":
        this.#inodeCount = record.inodeCount;
        return this.names.begin(record.nameSequence);
      case "held":
        this.#meet(record.inode);
        return this.names.hold(record.path, record.inode);
      case "link":
      case "rename":
        this.#meet(record.inode);
        return this.names.change(record);
      case "unlink":
        return this.names.change(record);
      case "write":
      case "truncate":
        return this.#touch(record.inode, (inode) => inode.change(record, preimage));
      case "synced":
        return this.#touch(record.inode, (inode) => inode.settle(record.sequence, record.outcome));
      case "directory":
        return this.#syncDirectory(record);
      case "kept":
        return this.#keepPromises();
      case "tearing":
        this.#isTearing = record.isTearing === 1;
    }
  }

  /** All names are durable as they are: somebody else takes account of them. */
  settleNames(): void {
    this.names.settle();
    this.#forget();
  }

  /** The shortest journal that leads here. */
  dump(): readonly DumpedRecord[] {
    const { names } = this;
    const records: ImageRecord[] = [{ kind: "origin", inodeCount: this.#inodeCount, nameSequence: names.sequence }];
    for (const [path, inode] of names.durable) records.push({ kind: "held", path, inode });
    records.push(...names.pending);
    for (const [directory, sequence] of names.promised) records.push({ kind: "directory", directory, sequence, outcome: "promised" });
    if (this.#isTearing) records.push({ kind: "tearing", isTearing: 1 });
    return [...records.map((record) => ({ record, preimage: noPreimage })), ...this.inodes().flatMap(dumpInode)];
  }

  #meet(inode: number): void {
    this.#inodeCount = Math.max(this.#inodeCount, inode);
    if (!this.#inodes.has(inode)) this.#inodes.set(inode, new InodeImage(inode));
  }

  #syncDirectory(record: Extract<ImageRecord, { kind: "directory" }>): void {
    if (record.outcome === "promised") return this.names.promise(record.directory, record.sequence);
    this.names.sync(record.directory, record.sequence);
    this.#forget();
  }

  #keepPromises(): void {
    this.names.keepPromises();
    for (const id of this.#inodes.keys()) this.#touch(id, (inode) => inode.keepPromises());
    this.#forget();
  }

  #touch(id: number, change: (inode: InodeImage) => void): void {
    const inode = this.#inodes.get(id);
    if (inode === undefined) return;
    this.#weightBytes -= inode.weightBytes;
    change(inode);
    this.#weightBytes += inode.weightBytes;
  }

  /** Files without a name, now and after any power cut, are nobody's. */
  #forget(): void {
    const named = new Set(this.names.inodes());
    for (const [id, inode] of this.#inodes) {
      if (named.has(id)) continue;
      this.#inodes.delete(id);
      this.#weightBytes -= inode.weightBytes;
      this.#forgotten.push(id);
    }
  }
}

function dumpInode(inode: InodeImage): readonly DumpedRecord[] {
  const { id } = inode;
  const dumped: DumpedRecord[] = [];
  for (const { record, preimage, outcome } of inode.changes) {
    dumped.push({ record, preimage });
    // Each by itself, in order: a mark covers everything before it that is pending, and nothing is.
    if (outcome !== "pending") dumped.push({ record: { kind: "synced", inode: id, sequence: record.sequence, outcome }, preimage: noPreimage });
  }
  if (inode.promisedSequence > 0) {
    dumped.push({ record: { kind: "synced", inode: id, sequence: inode.promisedSequence, outcome: "promised" }, preimage: noPreimage });
  }
  return dumped;
}
