// An append-only file of JSON records that are durable before they are acknowledged. For nodes that keep a simple journal
// beside, or instead of, a replicated log.
import type { DiskError, Environment, File } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import {
  appendAsync,
  fsyncAsync,
  fsyncDirectoryAsync,
  openAsync,
  readAsync,
  renameAsync,
  sizeAsync,
  truncateAsync,
  type DiskResult,
} from "../../harness/promises.ts";
import { crc32c } from "./checksum.ts";

/** Before each group: its length and the CRC-32C of its bytes, both 32-bit little-endian. */
const headerBytes = 8;
const largestGroupBytes = 16 << 20;

interface Waiting {
  readonly record: Json;
  readonly done: () => void;
}

/**
 * Records are written and fsynced in groups; the next group is written when the last one is durable. A disk error ends the node: after a failed fsync nobody knows what is durable
 * (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so nothing more is acknowledged.
 */
export class Journal {
  readonly #environment: Environment;
  readonly #path: string;
  #file: File | null = null;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(environment: Environment, path: string) {
    this.#environment = environment;
    this.#path = path;
  }

  /** Opens or creates the file and answers its records, oldest first. A torn end, which nobody was told of, is left out. */
  async open(): Promise<Json[]> {
    const { disk } = this.#environment;
    const old = this.#need(await openAsync(disk, this.#path, { create: true }));
    const bytes = this.#need(await readAsync(old, 0, this.#need(await sizeAsync(old))));
    const { records, wholeBytes } = decode(bytes);
    // Only the last group can be torn: those before it were fsynced. A whole group behind the damage proves that it is rot.
    if (hasGroupAfter(bytes, wholeBytes)) this.#environment.crash(`journal ${this.#path}: damaged at byte ${wholeBytes}, before its end`);
    this.#file = await this.#rewritten(bytes.slice(0, wholeBytes));
    return records;
  }

  /**
   * The last group may be whole in the page cache and yet not durable: its writer was killed before the fsync, or the fsync
   * failed and left the pages clean. So everything is written once more, and not in place, where a power cut could tear
   * what was durable: a new file takes the name of the old one when it is on the disk.
   */
  async #rewritten(bytes: Uint8Array): Promise<File> {
    const { disk } = this.#environment;
    const file = this.#need(await openAsync(disk, `${this.#path}.new`, { create: true }));
    this.#need(await truncateAsync(file, 0));
    if (bytes.length > 0) this.#need(await appendAsync(file, bytes));
    this.#need(await this.sync(file));
    this.#need(await renameAsync(disk, `${this.#path}.new`, this.#path));
    this.#need(await fsyncDirectoryAsync(disk, ""));
    return file;
  }

  /** `done` runs when the record would survive a power cut; records are durable in the order of these calls. */
  append(record: Json, done: () => void): void {
    this.#waiting.push({ record, done });
    if (!this.#isWriting) void this.#writeWaiting();
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const file = this.#file;
      if (file === null) throw new Error("journal: append before open");
      this.#need(await appendAsync(file, encode(group.map(({ record }) => record))));
      this.#need(await this.sync(file));
      for (const { done } of group) done();
    }
    this.#isWriting = false;
  }

  protected sync(file: File): Promise<DiskResult> {
    return fsyncAsync(file);
  }

  #need<T>(result: DiskResult<T>): T {
    return result.error === undefined ? result.value : this.#fail(result.error);
  }

  #fail(error: DiskError): never {
    return this.#environment.crash(`journal ${this.#path}: ${error.kind}`);
  }
}

function encode(records: readonly Json[]): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(records));
  const bytes = new Uint8Array(headerBytes + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length, true);
  view.setUint32(4, crc32c(body), true);
  bytes.set(body, headerBytes);
  return bytes;
}

function decode(bytes: Uint8Array): { readonly records: Json[]; readonly wholeBytes: number } {
  const records: Json[] = [];
  let at = 0;
  for (let length = groupLength(bytes, at); length > 0; length = groupLength(bytes, at)) {
    // The checksum vouches that these are the bytes that `encode` made.
    records.push(...(JSON.parse(new TextDecoder().decode(bytes.subarray(at + headerBytes, at + headerBytes + length))) as Json[]));
    at += headerBytes + length;
  }
  return { records, wholeBytes: at };
}

/** Length of the whole, undamaged group at this offset; 0 if there is none. */
function groupLength(bytes: Uint8Array, at: number): number {
  if (at + headerBytes >= bytes.length) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(at, true);
  const end = at + headerBytes + length;
  if (length === 0 || length > largestGroupBytes || end > bytes.length) return 0;
  return crc32c(bytes, at + headerBytes, end) === view.getUint32(at + 4, true) ? length : 0;
}

function hasGroupAfter(bytes: Uint8Array, at: number): boolean {
  for (let next = at + 1; next < bytes.length; next++) if (groupLength(bytes, next) > 0) return true;
  return false;
}
