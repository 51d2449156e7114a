// One file through a power cut: its changes are taken back, then those that survive are done again. For power cuts.
import { closeSync, ftruncateSync, openSync } from "node:fs";
import type { Random } from "../../../harness/random.ts";
import type { Change, InodeImage } from "./inode-image.ts";
import { openFlags, readFully, systemCalls, writeFully } from "./system-calls.ts";

/** How unsynced changes are treated. `written`: all of them had made it. `dropped`: page by page, or not. `corrupted`: pages may also be torn. */
export type CutMode = "written" | "dropped" | "corrupted";

export const sectorBytes = 512;
const pageBytes = 4_096;

/** Percentages of FoundationDB's AsyncFileNonDurable, as in simulation: of a torn page a quarter of the sectors survive, two thirds of the others are garbage. */
const sectorSurvives = 0.25;
const sectorIsGarbage = 2 / 3;

export interface FileCut {
  readonly inode: InodeImage;
  readonly mode: CutMode;
  readonly random: Random;
  /** The file. */
  readonly place: string;
  /** Holds the old bytes. */
  readonly journal: string;
}

export interface FileLoss {
  /** Changes that are gone, at least in part. */
  readonly lostWrites: number;
  readonly tornWrites: number;
}

export function cutFile(cut: FileCut): FileLoss {
  const { changes } = cut.inode;
  if (changes.length === 0) return { lostWrites: 0, tornWrites: 0 };
  const [fd, journalFd] = [openSync(cut.place, openFlags.existing), openSync(cut.journal, openFlags.read)];
  try {
    const written = takeBack(fd, journalFd, changes);
    return doAgain(fd, cut, written);
  } finally {
    closeSync(fd);
    closeSync(journalFd);
  }
}

/** From the last change to the first; answers what each had written, as far as it had when its process was killed. */
function takeBack(fd: number, journalFd: number, changes: readonly Change[]): readonly Uint8Array[] {
  const written: Uint8Array[] = [];
  for (const { record, preimage } of changes.toReversed()) {
    const { kind, at, length, previousLength } = record;
    written.push(kind === "write" ? readFully(systemCalls, fd, { at, length }) : new Uint8Array(0));
    const old = readFully(systemCalls, journalFd, { at: preimage.position, length: preimage.sizeBytes });
    writeFully(systemCalls, fd, old, kind === "write" ? at : length);
    ftruncateSync(fd, previousLength);
  }
  return written.toReversed();
}

function doAgain(fd: number, cut: FileCut, written: readonly Uint8Array[]): FileLoss {
  const platter = new Platter(fd, cut.random);
  let [lostWrites, tornWrites] = [0, 0];
  for (const [index, change] of cut.inode.changes.entries()) {
    const bytes = written[index] ?? new Uint8Array(0);
    const fate = change.outcome === "pending" ? platter.survive(change, bytes, cut.mode) : platter.settle(change, bytes);
    if (fate !== "whole") lostWrites++;
    if (fate === "torn") tornWrites++;
  }
  return { lostWrites, tornWrites };
}

type Fate = "whole" | "lost" | "torn";

/** The file as the disk has it. */
class Platter {
  readonly #fd: number;
  readonly #random: Random;

  constructor(fd: number, random: Random) {
    this.#fd = fd;
    this.#random = random;
  }

  /** What was synced happened; what an fsync failed for did not, and was given up then. */
  settle({ record, outcome }: Change, bytes: Uint8Array): Fate {
    if (outcome === "forsaken") return "whole";
    if (record.kind === "truncate") ftruncateSync(this.#fd, record.length);
    else this.#write(record.at, bytes);
    return "whole";
  }

  survive({ record }: Change, bytes: Uint8Array, mode: CutMode): Fate {
    if (record.kind === "truncate") {
      const isWritten = mode === "written" || this.#random.chance(0.5, "truncation survives");
      if (isWritten) ftruncateSync(this.#fd, record.length);
      return isWritten ? "whole" : "lost";
    }
    if (mode === "written") {
      this.#write(record.at, bytes);
      return "whole";
    }
    return this.#survivePages(record, bytes, mode);
  }

  /** A write that its process did not live to finish is what it had written. */
  #survivePages({ at }: Change["record"], bytes: Uint8Array, mode: "dropped" | "corrupted"): Fate {
    const end = at + bytes.length;
    let fate: Fate = "whole";
    for (let from = at; from < end;) {
      const to = Math.min((Math.floor(from / pageBytes) + 1) * pageBytes, end);
      const page = bytes.subarray(from - at, to - at);
      const outcome = this.#random.below(mode === "corrupted" ? 3 : 2, "page outcome");
      if (outcome === 0) this.#write(from, page);
      else if (outcome === 2) this.#tear(from, page);
      if (outcome === 2) fate = "torn";
      else if (outcome === 1 && fate === "whole") fate = "lost";
      from = to;
    }
    return fate;
  }

  /** A page that was under way when the power went: each sector on its own. */
  #tear(at: number, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(from + sectorBytes - ((at + from) % sectorBytes), bytes.length);
      if (this.#random.chance(sectorSurvives, "sector survives")) this.#write(at + from, bytes.subarray(from, to));
      else if (this.#random.chance(sectorIsGarbage, "sector garbage")) this.#write(at + from, this.#random.bytes(to - from, "garbage"));
      from = to;
    }
  }

  #write(at: number, bytes: Uint8Array): void {
    writeFully(systemCalls, this.#fd, bytes, at);
  }
}
