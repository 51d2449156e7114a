// The simulation's disk model under a plain `Disk` port, without a simulation: for tests of what is durable.
import type { Disk, DiskDone, DiskErrorKind, Environment, File } from "../../harness/environment.ts";
import { seededRandom } from "../../harness/random.ts";
import type { ActiveFault } from "../../runtimes/simulation/active-fault.ts";
import type { CutMode, Inode } from "../../runtimes/simulation/inode.ts";
import { Volume } from "../../runtimes/simulation/volume.ts";

/** What `environment.crash` throws here. */
export class Crashed extends Error {}

export class VolumeDisk implements Disk {
  readonly volume: Volume = new Volume();
  /** Operations that take effect before the node dies; then nothing has an effect or an answer. */
  operationsLeft: number = Number.POSITIVE_INFINITY;
  operationCount = 0;
  /** Answers the error of an operation; undefined: none. */
  problemOf: (operation: string, path: string) => DiskErrorKind | undefined = () => undefined;

  open(path: string, options: { readonly create: boolean }, done: DiskDone<File>): void {
    this.#do(
      "open",
      path,
      () => {
        const inode = this.volume.find(path) ?? (options.create ? this.volume.create(path) : undefined);
        if (inode === undefined) return done({ kind: "NotFound", path }, undefined as unknown as File);
        done(null, new VolumeFile(path, inode, (operation, run, failed) => this.#do(operation, path, run, failed)));
      },
      done as DiskDone<unknown>,
    );
  }

  rename(from: string, to: string, done: DiskDone): void {
    this.#do("rename", from, () => done(this.volume.rename(from, to) ? null : { kind: "NotFound", path: from }), done as DiskDone<unknown>);
  }

  remove(path: string, done: DiskDone): void {
    this.#do("remove", path, () => done(this.volume.remove(path) ? null : { kind: "NotFound", path }), done as DiskDone<unknown>);
  }

  list(directory: string, done: DiskDone<readonly string[]>): void {
    this.#do("list", directory, () => done(null, this.volume.list(directory)), done as DiskDone<unknown>);
  }

  fsyncDirectory(directory: string, done: DiskDone): void {
    this.#do(
      "fsync",
      directory,
      () => {
        this.volume.syncDirectory(directory, this.volume.pendingNames);
        done(null);
      },
      done as DiskDone<unknown>,
    );
  }

  /** The node is gone; what was not synced survives as `mode` says. The next life starts with unlimited operations. */
  powerCut(mode: CutMode, seed: string): void {
    this.volume.powerCut(mode, seededRandom(seed));
    this.operationsLeft = Number.POSITIVE_INFINITY;
  }

  /** One flipped bit in each of so many sectors. */
  rot(sectorCount: number, seed: string): void {
    this.volume.damage(sectorCount, { affect() {} } as unknown as ActiveFault, seededRandom(seed));
  }

  #do(operation: string, path: string, run: () => void, failed: DiskDone<unknown>): void {
    if (this.operationsLeft <= 0) return;
    this.operationsLeft--;
    this.operationCount++;
    const kind = this.problemOf(operation, path);
    if (kind === undefined) run();
    else failed({ kind, path }, undefined);
  }
}

type Doing = (operation: string, run: () => void, failed: DiskDone<unknown>) => void;

class VolumeFile implements File {
  readonly #inode: Inode;
  readonly #do: Doing;

  constructor(_path: string, inode: Inode, doing: Doing) {
    this.#inode = inode;
    this.#do = doing;
  }

  read(at: number, length: number, done: DiskDone<Uint8Array>): void {
    this.#do("read", () => done(null, this.#inode.read(at, length)), done as DiskDone<unknown>);
  }

  write(at: number, bytes: Uint8Array, done: DiskDone): void {
    this.#do("write", () => done(null, this.#inode.write(at, bytes)), done as DiskDone<unknown>);
  }

  append(bytes: Uint8Array, done: DiskDone<number>): void {
    this.#do(
      "append",
      () => {
        const at = this.#inode.cached.length;
        this.#inode.write(at, bytes);
        done(null, at);
      },
      done as DiskDone<unknown>,
    );
  }

  fsync(done: DiskDone): void {
    this.#do(
      "fsync",
      () => done(null, this.#inode.sync(this.#inode.sequence)),
      (error) => {
        this.#inode.failSync(this.#inode.sequence, "kept");
        done(error, undefined);
      },
    );
  }

  truncate(length: number, done: DiskDone): void {
    this.#do("truncate", () => done(null, this.#inode.truncate(length)), done as DiskDone<unknown>);
  }

  size(done: DiskDone<number>): void {
    this.#do("size", () => done(null, this.#inode.cached.length), done as DiskDone<unknown>);
  }

  close(done: DiskDone): void {
    this.#do("close", () => done(null), done as DiskDone<unknown>);
  }
}

/** As much of an environment as what keeps things on disks uses. */
export function diskEnvironment(disk: Disk): Environment {
  const environment: Partial<Environment> = {
    self: "n1",
    incarnation: 1,
    disk,
    probe: { mark() {}, fact() {}, always() {}, sometimes() {}, reachable() {}, unreachable() {}, state() {}, fault: () => false },
    log() {},
    crash(reason: string): never {
      throw new Crashed(reason);
    },
  };
  return environment as Environment;
}
