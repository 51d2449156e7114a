// The disk of a node in real time: the Disk port over real files, with an image of what of them is durable. For node hosts.
//
// Everything but fsync takes effect within the call, by system calls that end in the page cache: a plain kill loses nothing that
// was written, in what turn it may come, and the order of calls is the order of effects on all files, as in simulation.
import { mkdirSync, realpathSync } from "node:fs";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { Disk, DiskDone, DiskErrorKind, File } from "../../../harness/environment.ts";
import type { Random } from "../../../harness/random.ts";
import type { DiskSwitch } from "../wire/control.ts";
import { DataFolder, makeFolder } from "./data-folder.ts";
import { inodePath, layoutOf, type DiskLayout } from "./disk-layout.ts";
import { checkedDirectory, checkedPath } from "./disk-path.ts";
import { DiskSwitches, settleLifted } from "./disk-switches.ts";
import type { ImageKeeper } from "./image-journal.ts";
import { openKeeper } from "./image-opening.ts";
import type { NameRecord } from "./image-record.ts";
import { OpenFile } from "./open-file.ts";
import { noSpace, RealFile, type FileAccess } from "./real-file.ts";
import { diskErrorKindOf, openFlags, systemCalls, type SystemCalls } from "./system-calls.ts";

export interface RealDiskOptions {
  /** Holds `data`, the files, and `image`, what is known of their durability. Made if missing; of this process alone. */
  readonly directory: string;
  /** Keeps the image that `cutPower` needs; false where a file system of its own loses what was not synced. */
  readonly keepsImage: boolean;
  /** Draws injected errors. */
  readonly random: Random;
  /** A disk fault did something. */
  readonly effect: (id: string, name: string, count: number) => void;
  /** Default: those of the machine. */
  readonly calls?: SystemCalls;
}

export class RealDisk implements Disk {
  readonly #calls: SystemCalls;
  readonly #layout: DiskLayout;
  readonly #folder: DataFolder;
  readonly #keeper: ImageKeeper;
  readonly #keepsImage: boolean;
  readonly #switches: DiskSwitches;
  readonly #access: FileAccess;
  /** By the number of the file. */
  readonly #open = new Map<number, OpenFile>();
  #dueCount = 0;
  #idle: (() => void) | undefined;

  private constructor(options: RealDiskOptions) {
    const layout = layoutOf(realpathSync(options.directory));
    const calls = options.calls ?? systemCalls;
    this.#calls = calls;
    this.#layout = layout;
    makeFolder(calls, layout.data);
    this.#folder = new DataFolder(calls, layout.data);
    this.#keepsImage = options.keepsImage;
    this.#keeper = openKeeper(calls, layout, { folder: this.#folder, keepsImage: options.keepsImage });
    this.#switches = new DiskSwitches(options.random, options.effect);
    this.#access = {
      switches: this.#switches,
      answer: (run) => this.#answer(run),
      begin: () => this.#begin(),
      release: (file) => this.#release(file),
    };
  }

  /** @throws EnvironmentError if the directory cannot be used */
  static open(options: RealDiskOptions): Promise<RealDisk> {
    return new Promise((resolve) => {
      try {
        mkdirSync(options.directory, { recursive: true });
        resolve(new RealDisk(options));
      } catch (cause) {
        const problem = `the disk directory ${options.directory} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
        throw new EnvironmentError(problem, "give a directory on a local file system with hard links, writable and with space", { cause });
      }
    });
  }

  /** All disk faults in force from now on. When the last `lying-disk` is gone, what it promised is kept before this returns. */
  switch(switches: readonly DiskSwitch[]): void {
    this.#switches.set(switches);
    settleLifted(this.#keeper, switches);
    this.#removeForgotten();
  }

  open(path: string, options: { readonly create: boolean }, done: DiskDone<File>): void {
    const name = checkedPath(path);
    let file: OpenFile | undefined;
    const problem = this.#attempt(() => {
      file = this.#openFile(name, options.create);
    });
    const handle = new RealFile(this.#access, name, file);
    this.#answer(() => done(problem === null ? null : { kind: problem, path }, handle));
  }

  rename(from: string, to: string, done: DiskDone): void {
    const [path, target] = [checkedPath(from), checkedPath(to)];
    this.#changeName(path, done, (inode, sequence) => {
      if (path === target) return;
      this.#record({ kind: "rename", sequence, path, to: target, inode }, () => this.#folder.rename(path, target));
    });
  }

  remove(path: string, done: DiskDone): void {
    const name = checkedPath(path);
    this.#changeName(name, done, (_, sequence) => this.#record({ kind: "unlink", sequence, path: name }, () => this.#folder.remove(name)));
  }

  list(directory: string, done: DiskDone<readonly string[]>): void {
    const names = this.#keeper.image.names.list(checkedDirectory(directory));
    this.#answer(() => done(null, names));
  }

  /** Covers the changes of names that were made before this call. */
  fsyncDirectory(directory: string, done: DiskDone): void {
    const path = checkedDirectory(directory);
    const answer = (problem: DiskErrorKind | null): void => done(problem === null ? null : { kind: problem, path }, undefined);
    const { sequence } = this.#keeper.image.names;
    const settled = (outcome: "durable" | "promised"): DiskErrorKind | null =>
      this.#attempt(() => this.#keeper.record({ kind: "directory", directory: path, sequence, outcome }));
    if (this.#switches.isFailing("fsync")) return this.#answer(() => answer("InputOutput"));
    if (this.#switches.isLying()) return this.#answer(() => answer(settled("promised")));
    const end = this.#begin();
    this.#folder.sync(path, (error) => {
      const problem = error === null ? settled("durable") : diskErrorKindOf(error);
      this.#removeForgotten();
      end(() => answer(problem));
    });
  }

  /** Waits for the answers that are due, then gives back all that it holds. Nothing may be asked of it afterwards. */
  async close(): Promise<void> {
    if (this.#dueCount > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#keeper.close();
    for (const file of this.#open.values()) file.abandon();
    this.#open.clear();
  }

  #openFile(path: string, mayCreate: boolean): OpenFile {
    const known = this.#keeper.image.names.find(path);
    const held = known === undefined ? undefined : this.#open.get(known);
    if (held !== undefined) {
      held.hold();
      return held;
    }
    const file = known === undefined ? this.#create(path, mayCreate) : { id: known, fd: this.#folder.open(path) };
    const opened = new OpenFile(this.#calls, this.#keeper, file);
    this.#open.set(file.id, opened);
    return opened;
  }

  #create(path: string, mayCreate: boolean): { readonly id: number; readonly fd: number } {
    if (!mayCreate) throw Object.assign(new Error(`no file ${path}`), { code: "ENOENT" });
    if (this.#switches.isFull()) throw noSpace(path);
    const { image } = this.#keeper;
    const id = image.inodeCount + 1;
    let fd = -1;
    const act = (): void => {
      fd = this.#keepsImage ? this.#createKept(id, path) : this.#folder.create(path);
    };
    this.#record({ kind: "link", sequence: image.names.sequence + 1, path, inode: id }, act);
    return { id, fd };
  }

  #createKept(id: number, path: string): number {
    const place = inodePath(this.#layout, id);
    // What may be there has no number in the account: a creation that failed before.
    const fd = this.#calls.openSync(place, openFlags.replaced);
    try {
      this.#folder.link(place, path);
    } catch (error) {
      this.#calls.closeSync(fd);
      throw error;
    }
    return fd;
  }

  #changeName(path: string, done: DiskDone, change: (inode: number, sequence: number) => void): void {
    const { names } = this.#keeper.image;
    const inode = names.find(path);
    const problem = inode === undefined ? "NotFound" : this.#attempt(() => change(inode, names.sequence + 1));
    this.#answer(() => done(problem === null ? null : { kind: problem, path }, undefined));
  }

  #record(record: NameRecord, act: () => void): void {
    this.#keeper.record(record, { act });
  }

  #attempt(act: () => void): DiskErrorKind | null {
    try {
      act();
      return null;
    } catch (error) {
      return diskErrorKindOf(error);
    }
  }

  /** Those that cannot be removed now go when the disk is opened again. */
  #removeForgotten(): void {
    const forgotten = this.#keeper.image.takeForgotten();
    if (!this.#keepsImage) return;
    for (const id of forgotten) this.#attempt(() => this.#calls.rmSync(inodePath(this.#layout, id), { force: true }));
  }

  #answer(run: () => void): void {
    const end = this.#begin();
    setImmediate(() => end(run));
  }

  /** Something is due from now on until the function that this returns is called; it runs its argument. */
  #begin(): (run: () => void) => void {
    this.#dueCount++;
    return (run) => {
      try {
        run();
      } finally {
        this.#dueCount--;
        if (this.#dueCount === 0) this.#idle?.();
      }
    };
  }

  #release(file: OpenFile): void {
    if (file.release()) this.#open.delete(file.id);
  }
}
