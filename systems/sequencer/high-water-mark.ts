// A number on disk that only grows: whatever was saved before a crash is found after it, torn writes or not. For id sources
// that must never go back behind what they used before.
import type { Environment, File } from "../../harness/environment.ts";
import { fsyncAsync, fsyncDirectoryAsync, openAsync, readAsync, writeAsync, type DiskResult } from "../../harness/promises.ts";
import { crc32c } from "../parts/checksum.ts";

/** Two copies, a sector each, written in turn: a torn write can spoil only the one that it replaces. */
const copyBytes = 512;
const bodyBytes = 8;

/**
 * A disk error ends the node: after a failed fsync nobody knows what is durable (Rebello et al., "Can Applications Recover
 * from fsync Failures?", ATC 2020).
 */
export class HighWaterMark {
  private readonly environment: Environment;
  private readonly path: string;
  private file: File | null = null;
  private turn = 0;

  constructor(environment: Environment, path: string) {
    this.environment = environment;
    this.path = path;
  }

  /** Answers the highest number saved, 0 if none was. */
  async open(): Promise<number> {
    const { disk } = this.environment;
    const file = this.need(await openAsync(disk, this.path, { create: true }));
    this.need(await fsyncDirectoryAsync(disk, ""));
    const copies = await Promise.all([0, 1].map(async (turn) => decode(this.need(await readAsync(file, turn * copyBytes, bodyBytes + 4)))));
    this.file = file;
    const [first = 0, second = 0] = copies;
    this.turn = first > second ? 1 : 0;
    return Math.max(first, second);
  }

  /** Resolves when the number would survive a power cut. One call at a time, each with a higher number. */
  async save(value: number): Promise<void> {
    if (this.file === null) throw new Error("high-water mark: save before open");
    this.need(await writeAsync(this.file, this.turn * copyBytes, encode(value)));
    this.need(await fsyncAsync(this.file));
    this.turn = 1 - this.turn;
  }

  private need<T>(result: DiskResult<T>): T {
    return result.error === undefined ? result.value : this.environment.crash(`high-water mark ${this.path}: ${result.error.kind}`);
  }
}

function encode(value: number): Uint8Array {
  const bytes = new Uint8Array(copyBytes);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, value, true);
  view.setUint32(bodyBytes, crc32c(bytes, 0, bodyBytes), true);
  return bytes;
}

/** 0 for what was never written or is torn. */
function decode(bytes: Uint8Array): number {
  if (bytes.length < bodyBytes + 4) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return crc32c(bytes, 0, bodyBytes) === view.getUint32(bodyBytes, true) ? view.getFloat64(0, true) : 0;
}
