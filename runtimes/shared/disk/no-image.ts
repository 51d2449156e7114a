// A disk without an image: a file system of its own decides what a power cut leaves. Takes account of names alone. For node disks.
import type { DataFolder } from "./data-folder.ts";
import { DiskImage } from "./disk-image.ts";
import type { DiskLayout } from "./disk-layout.ts";
import type { ImageKeeper, Step } from "./image-journal.ts";
import type { ImageRecord } from "./image-record.ts";
import { openFlags, type SystemCalls } from "./system-calls.ts";

export class NoImage implements ImageKeeper {
  readonly image: DiskImage = new DiskImage();
  readonly #calls: SystemCalls;
  readonly #layout: DiskLayout;
  readonly #folder: DataFolder;

  /** @param folder as it is now */
  constructor(calls: SystemCalls, layout: DiskLayout, folder: DataFolder) {
    this.#calls = calls;
    this.#layout = layout;
    this.#folder = folder;
    for (const [index, path] of folder.files().entries()) this.image.apply({ kind: "held", path, inode: index + 1 });
  }

  /** A note of its own remembers promises of a lying disk: also those to a process that is dead. */
  get hasPromises(): boolean {
    return this.#calls.lstatSync(this.#layout.unkept, { throwIfNoEntry: false }) !== undefined;
  }

  record(record: ImageRecord, step?: Step): void {
    act(step);
    if (record.kind === "link" || record.kind === "unlink" || record.kind === "rename") {
      this.image.apply(record);
      this.image.settleNames();
    }
    if ((record.kind === "synced" || record.kind === "directory") && record.outcome === "promised") this.#promise();
    if (record.kind === "kept") this.#keepPromises();
  }

  close(): void {
    this.image.takeForgotten();
  }

  #promise(): void {
    if (!this.hasPromises) this.#calls.closeSync(this.#calls.openSync(this.#layout.unkept, openFlags.created));
  }

  #keepPromises(): void {
    this.#folder.syncAllNow(this.image.names.visible.keys());
    this.#calls.unlinkSync(this.#layout.unkept);
  }
}

function act(step: Step | undefined): void {
  try {
    step?.act();
  } catch (error) {
    try {
      step?.undo?.();
    } catch {
      // Both failed; the first says why.
    }
    throw error;
  }
}
