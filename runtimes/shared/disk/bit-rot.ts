// Bit rot of a node's durable data, dead or alive. For the faults of the harness.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../../harness/random.ts";
import { DataFolder } from "./data-folder.ts";
import { inodePath, layoutOf, type DiskLayout } from "./disk-layout.ts";
import { readImage } from "./image-journal.ts";
import { openFlags, readFully, systemCalls, writeFully } from "./system-calls.ts";
import { sectorBytes } from "./torn-file.ts";

/**
 * Flips one bit in each of up to `sectorCount` sectors (512 bytes) of files with durable names, as far as they are durable.
 * For good: what is flipped stays so until it is overwritten. Answers `damagedSectors`; 0: nothing is durable.
 * O(files + sectors).
 */
export function rotBits(directory: string, options: { readonly sectorCount: number; readonly random: Random }): Promise<Record<string, number>> {
  return new Promise((resolve) => {
    const files = durableFiles(layoutOf(directory)).filter((file) => file.lengthBytes > 0);
    const sectors = drawSectors(
      files.reduce((sum, file) => sum + sectorCountOf(file), 0),
      options,
    );
    for (const sector of sectors) flipBit(files, sector, options.random);
    resolve({ damagedSectors: sectors.length });
  });
}

interface DurableFile {
  readonly place: string;
  readonly lengthBytes: number;
}

function durableFiles(layout: DiskLayout): readonly DurableFile[] {
  const image = readImage(systemCalls, layout.journal);
  if (image === undefined) {
    const folder = new DataFolder(systemCalls, layout.data);
    return (sizeOf(layout.data) === undefined ? [] : folder.files()).map((path) => ({
      place: join(layout.data, path),
      lengthBytes: sizeOf(join(layout.data, path)) ?? 0,
    }));
  }
  const named = [...image.names.durable].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([, id]) => {
    const place = inodePath(layout, id);
    const sizeBytes = sizeOf(place) ?? 0;
    return { place, lengthBytes: Math.min(sizeBytes, image.inode(id)?.durableLength(sizeBytes) ?? 0) };
  });
}

function sizeOf(place: string): number | undefined {
  return lstatSync(place, { throwIfNoEntry: false })?.size;
}

function sectorCountOf(file: DurableFile): number {
  return Math.ceil(file.lengthBytes / sectorBytes);
}

/** Different ones, all if there are no more than asked for. */
function drawSectors(totalCount: number, options: { readonly sectorCount: number; readonly random: Random }): readonly number[] {
  if (totalCount <= options.sectorCount) return Array.from({ length: totalCount }, (_, index) => index);
  const chosen = new Set<number>();
  while (chosen.size < options.sectorCount) chosen.add(options.random.below(totalCount, "rotten sector"));
  return [...chosen];
}

/** @param sector counted through all files */
function flipBit(files: readonly DurableFile[], sector: number, random: Random): void {
  let sectorIndex = sector;
  for (const file of files) {
    const count = sectorCountOf(file);
    if (sectorIndex < count) return flipBitOf(file, sectorIndex, random);
    sectorIndex -= count;
  }
}

function flipBitOf(file: DurableFile, sectorIndex: number, random: Random): void {
  const start = sectorIndex * sectorBytes;
  const bitIndex = random.below(Math.min(sectorBytes, file.lengthBytes - start) * 8, "rotten bit");
  const at = start + (bitIndex >> 3);
  const fd = systemCalls.openSync(file.place, openFlags.existing);
  try {
    const byte = readFully(systemCalls, fd, { at, length: 1 })[0];
    // Cut off since by a process that lives.
    if (byte !== undefined) writeFully(systemCalls, fd, Uint8Array.of(byte ^ (1 << (bitIndex & 7))), at);
  } finally {
    systemCalls.closeSync(fd);
  }
}
