// A write-ahead log with snapshots on a node's disk: what was acknowledged survives any kill and power cut. For replicas and
// whoever must not forget. A disk error is the end of the node: after a failed fsync nobody can tell what the disk holds,
// and a second fsync may answer ok without having written anything (Rebello et al., "Can applications recover from fsync
// failures?", ATC 2020). So the first one crashes it, and recovery writes everything anew instead of trusting the cache.
import { assert } from "../../harness/errors.ts";
import type { DiskError, Environment, File } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import {
  appendAsync,
  closeAsync,
  fsyncDirectoryAsync,
  listAsync,
  openAsync,
  readAsync,
  removeAsync,
  renameAsync,
  sizeAsync,
  type DiskResult,
} from "../../harness/promises.ts";
import { encodeFrame, scanFrames, type ScannedFile } from "./write-ahead-log-frames.ts";

export interface RecoveredLog {
  /** As given to the last `roll`; null before the first. */
  readonly snapshot: Json;
  /** Those carried over by that `roll`, then those appended after it. */
  readonly records: readonly Json[];
  /** Acknowledged records may be missing at the end: the last frame is damaged, and nobody can tell a torn write from a rotten sector. */
  readonly isDoubtful: boolean;
}

/** What may be used of a file. */
export interface AcceptedFile {
  readonly records: readonly Json[];
  readonly isDoubtful: boolean;
}

const emptyFile: ScannedFile = { records: [], tail: "whole", goodBytes: 0 };

type Job =
  | { readonly kind: "append"; readonly records: readonly Json[]; readonly done: () => void }
  | { readonly kind: "roll"; readonly snapshot: Json; readonly records: readonly Json[]; readonly done: () => void };

/**
 * Files `NAME-GENERATION.snapshot` (one frame: snapshot and carried records) and `NAME-GENERATION.log` (frames). The
 * snapshot file is written aside, synced, renamed, and its directory synced: a generation exists whole or not at all.
 */
export class WriteAheadLog {
  protected readonly environment: Environment;
  readonly #name: string;
  #generation = 0;
  #file: File | null = null;
  #sequence = 0;
  #obsolete: readonly string[] = [];
  #jobs: Job[] = [];
  #isBusy = false;

  constructor(environment: Environment, name: string) {
    this.environment = environment;
    this.#name = name;
  }

  /** Reads what is there. The caller must `roll` with it before it appends: only then is it certainly on the disk. */
  async recover(): Promise<RecoveredLog> {
    const names = this.#require(await listAsync(this.environment.disk, ""), "list").filter((name) => name.startsWith(`${this.#name}-`));
    this.#obsolete = names;
    this.#generation = Math.max(0, ...names.map((name) => this.#generationOf(name)));
    const newest = names.findLast((name) => name.endsWith(".snapshot"));
    if (newest === undefined) return { snapshot: null, records: [], isDoubtful: false };
    const sealed = this.accept(newest, scanFrames(await this.#read(newest)), { isSealed: true });
    const logName = newest.replace(/\.snapshot$/, ".log");
    const appended = names.includes(logName) ? scanFrames(await this.#read(logName)) : emptyFile;
    const { records, isDoubtful } = this.accept(logName, appended, { isSealed: false });
    // `roll` of this very class wrote the frame, and its checksum is good.
    const whole = sealed.records[0] as { readonly snapshot: Json; readonly records: readonly Json[] };
    return { snapshot: whole.snapshot, records: [...whole.records, ...records], isDoubtful };
  }

  /** `done` when the records are on the disk, in the order of the calls. Without records: when everything before is. */
  append(records: readonly Json[], done: () => void): void {
    if (records.length === 0 && !this.#isBusy && this.#jobs.length === 0) return done();
    this.#jobs.push({ kind: "append", records, done });
    this.#work();
  }

  /** Starts a new generation that holds just this; `done` when it is on the disk. Older files are removed then. */
  roll(snapshot: Json, records: readonly Json[], done: () => void): void {
    this.#jobs.push({ kind: "roll", snapshot, records, done });
    this.#work();
  }

  /**
   * Refuses a file that lost what was acknowledged. A log file may end in a frame that nobody was told of (`cut`), or
   * that perhaps somebody was told of (`doubtful`, reported); a sealed file must be whole.
   */
  protected accept(name: string, scanned: ScannedFile, options: { readonly isSealed: boolean }): AcceptedFile {
    const { records, tail, goodBytes } = scanned;
    const isAcceptable = options.isSealed ? tail === "whole" && records.length === 1 : tail !== "corrupt";
    if (!isAcceptable) this.environment.crash(`${name} is damaged at byte ${goodBytes}: refusing to start without what it held`);
    if (tail !== "whole") this.environment.log("warn", `${name} ends in a ${tail} frame at byte ${goodBytes}`);
    return { records, isDoubtful: tail === "doubtful" };
  }

  /** `done` when everything written to the file is on the disk. */
  protected sync(file: File, done: () => void): void {
    file.fsync((error) => {
      if (error !== null) this.fail("fsync", error);
      done();
    });
  }

  protected fail(step: string, error: DiskError): never {
    this.environment.crash(`${step} of ${error.path === "" ? "the directory" : error.path} failed: ${error.kind}`);
  }

  #work(): void {
    if (this.#isBusy) return;
    const job = this.#jobs[0];
    if (job === undefined) return;
    this.#isBusy = true;
    if (job.kind === "append") this.#appendGroup();
    else {
      this.#jobs.shift();
      void this.#startGeneration(job.snapshot, job.records).then(() => this.#finish([job.done]));
    }
  }

  /** Group commit: all appends that are waiting share one frame and one fsync. */
  #appendGroup(): void {
    const end = this.#jobs.findIndex((job) => job.kind !== "append");
    const group = this.#jobs.splice(0, end < 0 ? this.#jobs.length : end);
    const dones = group.map((job) => job.done);
    const records = group.flatMap((job) => job.records);
    if (records.length === 0) return this.#finish(dones);
    const file = this.#file;
    assert(file !== null, "append before the first roll");
    file.append(encodeFrame(++this.#sequence, records), (error) => {
      if (error !== null) this.fail("append", error);
      this.environment.probe.mark("wal.written", { generation: this.#generation });
      this.sync(file, () => this.#finish(dones));
    });
  }

  #finish(dones: readonly (() => void)[]): void {
    this.#isBusy = false;
    for (const done of dones) done();
    this.#work();
  }

  async #startGeneration(snapshot: Json, records: readonly Json[]): Promise<void> {
    const { disk } = this.environment;
    const generation = ++this.#generation;
    const [aside, sealed, log] = [this.#fileName(generation, "aside"), this.#fileName(generation, "snapshot"), this.#fileName(generation, "log")];
    const file = this.#require(await openAsync(disk, aside, { create: true }), "open");
    this.#require(await appendAsync(file, encodeFrame(1, [{ snapshot, records }])), "append");
    await new Promise<void>((resolve) => this.sync(file, resolve));
    this.#require(await closeAsync(file), "close");
    const next = this.#require(await openAsync(disk, log, { create: true }), "open");
    this.#require(await renameAsync(disk, aside, sealed), "rename");
    this.#require(await fsyncDirectoryAsync(disk, ""), "fsync");
    if (this.#file !== null) this.#require(await closeAsync(this.#file), "close");
    this.#file = next;
    this.#sequence = 0;
    this.environment.probe.mark("wal.rolled", { generation });
    await this.#removeObsolete([sealed, log]);
  }

  /** What cannot be removed now is removed by a later generation. */
  async #removeObsolete(current: readonly string[]): Promise<void> {
    const left: string[] = [];
    for (const name of this.#obsolete) {
      const { error } = await removeAsync(this.environment.disk, name);
      if (error !== undefined && error.kind !== "NotFound") left.push(name);
    }
    this.#obsolete = [...left, ...current];
  }

  async #read(name: string): Promise<Uint8Array> {
    const file = this.#require(await openAsync(this.environment.disk, name, { create: false }), "open");
    const bytes = this.#require(await readAsync(file, 0, this.#require(await sizeAsync(file), "size")), "read");
    this.#require(await closeAsync(file), "close");
    return bytes;
  }

  #require<T>(result: DiskResult<T>, step: string): T {
    if (result.error !== undefined) this.fail(step, result.error);
    return result.value;
  }

  #fileName(generation: number, kind: string): string {
    return `${this.#name}-${String(generation).padStart(8, "0")}.${kind}`;
  }

  #generationOf(name: string): number {
    return Number.parseInt(name.slice(this.#name.length + 1), 10);
  }
}
