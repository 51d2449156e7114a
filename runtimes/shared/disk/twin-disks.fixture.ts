// A real disk and the simulated one, given the same steps: for tests that compare what they hold, before and after a power cut.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { DiskError, File } from "../../../harness/environment.ts";
import { openAsync } from "../../../harness/promises.ts";
import { seededRandom } from "../../../harness/random.ts";
import { Drive } from "../../simulation/drive.ts";
import type { DiskSwitch } from "../wire/control.ts";
import { DataFolder } from "./data-folder.ts";
import { RealDisk } from "./real-disk.ts";
import { systemCalls, type SystemCalls } from "./system-calls.ts";

export type Step =
  | { readonly do: "create"; readonly path: string }
  | { readonly do: "write"; readonly path: string; readonly at: number; readonly fill: number; readonly length: number }
  | { readonly do: "append"; readonly path: string; readonly fill: number; readonly length: number }
  | { readonly do: "truncate"; readonly path: string; readonly length: number }
  | { readonly do: "fsync"; readonly path: string }
  /** Its sync is under way until `answer`. */
  | { readonly do: "begin-fsync"; readonly path: string }
  | { readonly do: "answer" }
  | { readonly do: "failed-fsync"; readonly path: string }
  | { readonly do: "fsync-directory"; readonly directory: string }
  | { readonly do: "rename"; readonly path: string; readonly to: string }
  | { readonly do: "remove"; readonly path: string }
  | { readonly do: "reopen"; readonly path: string }
  | { readonly do: "lie" }
  | { readonly do: "stop-lying" }
  /** A plain kill, and a new process on the same files. */
  | { readonly do: "restart" };

const paths = ["a", "b", "d/a", "d/e/f"];
const path = fc.constantFrom(...paths);
const fill = fc.integer({ min: 1, max: 255 });
const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 9_000 }));

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("create" as const), path }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), path, fill, length }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("write" as const), path, at: fc.nat(10_000), fill, length }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("truncate" as const), path, length: fc.nat(10_000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("fsync" as const), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("begin-fsync" as const), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("answer" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("failed-fsync" as const), path }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fsync-directory" as const), directory: fc.constantFrom("", "d", "d/e", "none") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("rename" as const), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lie" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop-lying" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

/** Enough of them that files are made, synced, changed again and lost. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(anyStep, { minLength: 1, maxLength: 100, size: "max" });

const noLatency = { minUs: 0, meanUs: 0, maxUs: 0, tailProbability: 0, tailMaxUs: 0 };

/** The simulated drive, with the steps taken as its disk takes them. */
export class ModelDisk {
  readonly drive: Drive;
  #isLying = false;
  #begun: (() => void)[] = [];

  constructor(seed: string) {
    const traits = { read: noLatency, write: noLatency, fsync: noLatency, flushProbability: 0, failedFsync: "kept", capacityBytes: 1e12 } as const;
    this.drive = new Drive(seededRandom(seed), traits);
  }

  /** Paths and contents as the process sees them. */
  contents(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const each of [...paths, "wal.log", "wal.aside", "wal.snapshot"].toSorted()) {
      const inode = this.drive.volume.find(each);
      if (inode !== undefined) found[each] = Buffer.from(inode.read(0, 1 << 24)).toString("latin1");
    }
    return found;
  }

  /** A write of which only the first `count` bytes were written: over the others lies what lay there. */
  takePart(step: Extract<Step, { fill: number }>, count: number): void {
    const inode = this.drive.volume.find(step.path);
    if (inode === undefined) return;
    const at = step.do === "write" ? step.at : inode.cached.length;
    const old = inode.read(at + count, step.length - count);
    const bytes = Buffer.concat([new Uint8Array(count).fill(step.fill), old]);
    if (bytes.length > 0) inode.write(at, bytes);
  }

  take(step: Step): void {
    const { volume } = this.drive;
    const inode = "path" in step ? volume.find(step.path) : undefined;
    switch (step.do) {
      case "create":
        if (inode === undefined) volume.create(step.path);
        return;
      case "write":
        return inode?.write(step.at, new Uint8Array(step.length).fill(step.fill));
      case "append":
        return inode?.write(inode.cached.length, new Uint8Array(step.length).fill(step.fill));
      case "truncate":
        return inode?.truncate(step.length);
      case "fsync":
        return this.#isLying ? inode?.promise(inode.sequence) : inode?.sync(inode.sequence);
      case "begin-fsync":
        if (this.#isLying) return this.take({ ...step, do: "fsync" });
        if (inode !== undefined) {
          const { sequence } = inode;
          this.#begun.push(() => inode.sync(sequence));
        }
        return;
      case "answer":
        for (const run of this.#begun) run();
        this.#begun = [];
        return;
      case "failed-fsync":
        return inode?.failSync(inode.sequence, "kept");
      case "fsync-directory":
        if (this.#isLying) volume.promiseDirectory(step.directory, [...volume.pendingNames]);
        else volume.syncDirectory(step.directory, [...volume.pendingNames]);
        return;
      case "rename":
        return void volume.rename(step.path, step.to);
      case "remove":
        return void volume.remove(step.path);
      case "lie":
        this.#isLying = true;
        return;
      case "stop-lying":
        if (this.#isLying) volume.keepPromises();
        this.#isLying = false;
        return;
      case "restart":
        return this.take({ do: "answer" });
      case "reopen":
        return;
    }
  }
}

const lie: DiskSwitch = { id: "lie", kind: "lying-disk", params: {} };
const failure: DiskSwitch = { id: "failure", kind: "disk-error", params: { probability: 1, operations: ["fsync"] } };

/** Drives a real disk by steps. A step that is not answered because the calls have stopped is left alone. */
export class SteppedDisk {
  readonly directory: string;
  readonly #calls: SystemCalls;
  readonly #isStopped: () => boolean;
  readonly #keepsImage: boolean;
  #disk: RealDisk | undefined;
  #files = new Map<string, File>();
  #switches: readonly DiskSwitch[] = [];
  #begun: (() => void)[] = [];
  #isHoldingSyncs = false;
  /** Errors answered so far, but those of files that are not there. */
  errorCount = 0;

  constructor(directory: string, options: { readonly calls?: SystemCalls; readonly isStopped?: () => boolean; readonly keepsImage?: boolean } = {}) {
    this.directory = directory;
    this.#isStopped = options.isStopped ?? (() => false);
    this.#keepsImage = options.keepsImage ?? true;
    const base = options.calls ?? quickCalls(systemCalls);
    this.#calls = { ...base, fdatasync: this.#holding(base.fdatasync) };
  }

  /** @throws what opening the directory throws */
  async start(): Promise<void> {
    const random = seededRandom("errors");
    this.#disk = await RealDisk.open({ directory: this.directory, keepsImage: this.#keepsImage, random, effect: () => {}, calls: this.#calls });
    this.#disk.switch(this.#switches);
    this.#files.clear();
  }

  async close(): Promise<void> {
    await this.take({ do: "answer" });
    await this.#disk?.close();
  }

  get disk(): RealDisk {
    if (this.#disk === undefined) throw new Error("start it first");
    return this.#disk;
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "create":
        return this.#drop(step.path, (await this.#open(step.path, true)) !== undefined);
      case "reopen":
        return this.#drop(step.path, true);
      case "rename":
        await this.#until((done) => this.disk.rename(step.path, step.to, done));
        this.#drop(step.path, true);
        return this.#drop(step.to, true);
      case "remove":
        await this.#until((done) => this.disk.remove(step.path, done));
        return this.#drop(step.path, true);
      case "fsync-directory":
        return this.#until((done) => this.disk.fsyncDirectory(step.directory, done));
      case "lie":
        return this.#switch([lie]);
      case "stop-lying":
        return this.#switch([]);
      case "restart":
        // It has nothing left to write: to close it is to kill it, without a leak.
        await this.close();
        return this.start();
      case "answer":
        return this.#answer();
      case "append":
      case "write":
      case "truncate":
      case "fsync":
      case "begin-fsync":
      case "failed-fsync":
        return this.#takeOn(step, await this.#open(step.path, false));
    }
  }

  async #takeOn(
    step: Extract<Step, { do: "write" | "append" | "truncate" | "fsync" | "begin-fsync" | "failed-fsync" }>,
    file: File | undefined,
  ): Promise<void> {
    if (file === undefined) return;
    switch (step.do) {
      case "write":
        return this.#until((done) => file.write(step.at, new Uint8Array(step.length).fill(step.fill), done));
      case "append":
        return this.#until((done) => file.append(new Uint8Array(step.length).fill(step.fill), done));
      case "truncate":
        return this.#until((done) => file.truncate(step.length, done));
      case "fsync":
        return this.#until((done) => file.fsync(done));
      case "begin-fsync":
        // A lie has nothing to wait for.
        if (this.#switches.length > 0) return this.take({ ...step, do: "fsync" });
        this.#isHoldingSyncs = true;
        this.#pending.push(this.#until((done) => file.fsync(done)));
        this.#isHoldingSyncs = false;
        return;
      case "failed-fsync":
        this.disk.switch([...this.#switches, failure]);
        await this.#until((done) => file.fsync(done));
        return this.disk.switch(this.#switches);
    }
  }

  readonly #pending: Promise<void>[] = [];

  #holding(fdatasync: SystemCalls["fdatasync"]): SystemCalls["fdatasync"] {
    const held = (fd: number, done: (error: Error | null) => void): void => {
      if (this.#isHoldingSyncs) this.#begun.push(() => fdatasync(fd, done));
      else fdatasync(fd, done);
    };
    return held;
  }

  async #answer(): Promise<void> {
    for (const run of this.#begun.splice(0)) run();
    await Promise.all(this.#pending.splice(0));
  }

  #switch(switches: readonly DiskSwitch[]): void {
    this.#switches = switches;
    try {
      this.disk.switch(switches);
    } catch (error) {
      if (!this.#isStopped()) throw error;
    }
  }

  async #open(path: string, create: boolean): Promise<File | undefined> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    let opened: File | undefined;
    await this.#until((done) =>
      this.disk.open(path, { create }, (error, file) => {
        if (error === null) opened = file;
        done(error);
      }),
    );
    if (opened !== undefined) this.#files.set(path, opened);
    return opened;
  }

  #drop(path: string, isWanted: boolean): void {
    if (isWanted) this.#files.delete(path);
  }

  async #until(start: (done: (error: DiskError | null) => void) => void): Promise<void> {
    const answer = { isGiven: false };
    start((error) => {
      answer.isGiven = true;
      if (error !== null && error.kind !== "NotFound") this.errorCount++;
    });
    if (answer.isGiven) throw new Error("answered within the call");
    while (!answer.isGiven && !this.#isStopped()) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Syncs that do not wait for the machine's disk: what they mean is not theirs to decide here. */
export function quickCalls(calls: SystemCalls): SystemCalls {
  const quick = (_: number, done: (error: Error | null) => void): void => void setImmediate(() => done(null));
  return { ...calls, fdatasync: quick, fsync: quick, fsyncSync: () => {} };
}

/** Files below `data`, as text of one byte a character. */
export function contentsOf(directory: string): Record<string, string> {
  const folder = new DataFolder(systemCalls, join(directory, "data"));
  return Object.fromEntries(folder.files().map((each) => [each, readFileSync(join(directory, "data", each), "latin1")]));
}

/** As the disk port shows them. */
export async function seenThrough(disk: RealDisk, paths: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const each of paths) {
    const { error, value: file } = await openAsync(disk, each, { create: false });
    if (error !== undefined) continue;
    found[each] = await new Promise((resolve) => file.read(0, 1 << 24, (_, bytes) => resolve(Buffer.from(bytes).toString("latin1"))));
  }
  return found;
}

/** Memory, where there is such a folder: what a file holds does not depend on it, and thousands of files take their time elsewhere. */
const quickest = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export async function inFolder<T>(run: (directory: string) => Promise<T>, parent: string = quickest): Promise<T> {
  const directory = mkdtempSync(join(parent, "faultline-disk-"));
  try {
    return await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The first half of what a `writeSync` was given. */
export function writeHalf(given: readonly unknown[]): void {
  // As the disk layer calls it.
  const [fd, bytes, offset, length, at] = given as [number, Uint8Array, number, number, number];
  writeSync(fd, bytes, offset, Math.floor(length / 2), at);
}
