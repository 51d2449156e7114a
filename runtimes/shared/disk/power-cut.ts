// What a power cut leaves of a dead node's files: all that was synced, and a drawn part of the rest. For the faults of the harness.
//
// The same draws in the same order as the simulated drive's, so that equal histories and equal chance give equal files.
import { lstatSync } from "node:fs";
import { assert } from "../../../harness/errors.ts";
import type { Random } from "../../../harness/random.ts";
import type { DiskSwitch } from "../wire/control.ts";
import { DataFolder, identityAt } from "./data-folder.ts";
import type { DiskImage } from "./disk-image.ts";
import { inodePath, layoutOf, type DiskLayout } from "./disk-layout.ts";
import { settleLifted } from "./disk-switches.ts";
import { ImageJournal, readImage, type ImageKeeper } from "./image-journal.ts";
import { NoImage } from "./no-image.ts";
import { systemCalls } from "./system-calls.ts";
import { cutFile, type CutMode, type FileLoss } from "./torn-file.ts";
import { clearFolder } from "./wipe.ts";

/**
 * Afterwards `data` holds what is on the platter, and nothing of the rest is pending. Nothing may run on the directory.
 * Answers `lostWrites`, `lostNames` and `tornWrites` (those in part or as garbage; they are among `lostWrites` too).
 * @throws Error for a directory that keeps no image, and for a damaged image
 */
export function cutPower(directory: string, options: { readonly torn: boolean; readonly random: Random }): Promise<Record<string, number>> {
  return new Promise((resolve) => {
    const layout = layoutOf(directory);
    const image = imageOf(layout);
    if (image === undefined) return resolve({ lostWrites: 0, lostNames: 0, tornWrites: 0 });
    const { random } = options;
    const modes: readonly CutMode[] = options.torn || image.isTearing ? ["corrupted"] : ["written", "dropped"];
    const mode = random.pick(modes, "power cut mode");
    const inodes = image.inodes();
    const lostNames = image.names.cut(random);
    const losses = inodes.map((inode) => cutFile({ inode, mode, random, place: inodePath(layout, inode.id), journal: layout.journal }));
    giveNames(layout, image);
    clearFolder(layout.image);
    resolve({ lostNames, ...total(losses) });
  });
}

/** What `RealDisk.switch` means for durability, for a node whose process is dead: faults that end meanwhile end for its disk too. */
export function settleSwitches(directory: string, switches: readonly DiskSwitch[]): Promise<void> {
  return new Promise((resolve) => {
    const keeper = keeperOf(layoutOf(directory));
    try {
      if (keeper !== undefined) settleLifted(keeper, switches);
    } finally {
      keeper?.close();
    }
    resolve();
  });
}

/** As its last process left it. Undefined: there is nothing of which account was taken. */
function keeperOf(layout: DiskLayout): ImageKeeper | undefined {
  if (exists(layout.none)) return new NoImage(systemCalls, layout, new DataFolder(systemCalls, layout.data));
  const image = readImage(systemCalls, layout.journal);
  return image === undefined ? undefined : ImageJournal.begin(systemCalls, layout.journal, image);
}

/** Undefined: all there is is durable. */
function imageOf(layout: DiskLayout): DiskImage | undefined {
  assert(!exists(layout.none) && (exists(layout.image) || !exists(layout.data)), `${layout.image} is no image of what is durable: this disk keeps none`);
  return readImage(systemCalls, layout.journal);
}

/** `data` anew, from the files by number. */
function giveNames(layout: DiskLayout, image: DiskImage): void {
  clearFolder(layout.data);
  const folder = new DataFolder(systemCalls, layout.data);
  for (const [path, id] of image.names.durable) {
    const place = inodePath(layout, id);
    // Announced, and its process killed before it was made.
    if (identityAt(systemCalls, place) === undefined) systemCalls.closeSync(folder.create(path));
    else folder.link(place, path);
  }
}

function exists(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false }) !== undefined;
}

function total(losses: readonly FileLoss[]): FileLoss {
  const sum = (count: (loss: FileLoss) => number): number => losses.reduce((all, loss) => all + count(loss), 0);
  return { lostWrites: sum((loss) => loss.lostWrites), tornWrites: sum((loss) => loss.tornWrites) };
}
