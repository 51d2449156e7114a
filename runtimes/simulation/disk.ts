// The disk as a process sees it: operations take effect in the page cache at once and are answered later. For environments.
import type { Disk, DiskDone, DiskError, DiskErrorKind, File } from "../../harness/environment.ts";
import { hashBytes } from "./bodies.ts";
import type { DiskOperation } from "./disk-faults.ts";
import type { Drive } from "./drive.ts";
import type { Event } from "./event-queue.ts";
import type { Incarnation } from "./host.ts";
import { Inode } from "./inode.ts";
import { drawLatencyUs } from "./latency.ts";
import { kindOf } from "./trace.ts";

const openKind = kindOf("disk-open");
const listKind = kindOf("disk-list");
const fsyncKind = kindOf("disk-fsync");
const nameKind = kindOf("disk-name");
const closeKind = kindOf("disk-close");
const readKind = kindOf("disk-read");
const writeKind = kindOf("disk-write");

/**
 * Inert once the incarnation is dead. Operations on one file take effect in the order of their calls; their answers may
 * come in another. A plain kill loses nothing that was written. An fsync takes effect when it is answered, and covers
 * what was written before it was called.
 */
export class NodeDisk implements Disk {
  readonly #access: DiskAccess;

  constructor(incarnation: Incarnation, drive: Drive) {
    this.#access = new DiskAccess(incarnation, drive);
  }

  open(path: string, options: { readonly create: boolean }, done: DiskDone<File>): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const { volume } = access.drive;
    const name = checkedPath(path);
    let inode = volume.find(name);
    let problem: DiskErrorKind | null = null;
    if (inode === undefined && !options.create) problem = "NotFound";
    else if (inode === undefined && access.drive.faults.isFull()) problem = "NoSpace";
    else inode ??= volume.create(name);
    // After an error the result is meaningless: a file that has no name and no bytes.
    const file = new NodeFile(access, name, inode ?? new Inode(0));
    access.answer({ operation: "read", kind: openKind, path: name, hash: 0, problem, done: (error) => done(error, file) });
  }

  rename(from: string, to: string, done: DiskDone): void {
    this.#changeName(from, done, () => this.#access.drive.volume.rename(checkedPath(from), checkedPath(to)));
  }

  remove(path: string, done: DiskDone): void {
    this.#changeName(path, done, () => this.#access.drive.volume.remove(checkedPath(path)));
  }

  list(directory: string, done: DiskDone<readonly string[]>): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const names = access.drive.volume.list(directory === "" ? "" : checkedPath(directory));
    access.answer({ operation: "read", kind: listKind, path: directory, hash: names.length, problem: null, done: (error) => done(error, names) });
  }

  fsyncDirectory(directory: string, done: DiskDone): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const { drive } = access;
    const name = directory === "" ? "" : checkedPath(directory);
    const covered = [...drive.volume.pendingNames];
    const problem = access.problemOf("fsync");
    const isLying = problem === null && drive.faults.isLying();
    const effect = (): void => {
      if (isLying) drive.volume.promiseDirectory(name, covered);
      else if (problem === null) drive.volume.syncDirectory(name, covered);
    };
    access.answer({
      operation: "fsync",
      kind: fsyncKind,
      path: name,
      hash: covered.length,
      problem,
      effect,
      done: (error) => done(error, undefined),
    });
  }

  #changeName(path: string, done: DiskDone, change: () => boolean): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const problem = change() ? null : "NotFound";
    access.answer({ operation: "write", kind: nameKind, path, hash: 0, problem, done: (error) => done(error, undefined) });
  }
}

class NodeFile implements File {
  readonly #access: DiskAccess;
  readonly #path: string;
  readonly #inode: Inode;

  constructor(access: DiskAccess, path: string, inode: Inode) {
    this.#access = access;
    this.#path = path;
    this.#inode = inode;
  }

  read(at: number, length: number, done: DiskDone<Uint8Array>): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const problem = access.problemOf("read");
    const bytes = this.#inode.read(at, length);
    this.#answer("read", problem, hashBytes(bytes, at), (error) => done(error, bytes));
  }

  write(at: number, bytes: Uint8Array, done: DiskDone): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const problem = this.#write(at, bytes);
    this.#answer("write", problem, hashBytes(bytes, at), (error) => done(error, undefined));
  }

  append(bytes: Uint8Array, done: DiskDone<number>): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const at = this.#inode.cached.length;
    const problem = this.#write(at, bytes);
    this.#answer("write", problem, hashBytes(bytes, at), (error) => done(error, at));
  }

  fsync(done: DiskDone): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const inode = this.#inode;
    const { drive } = access;
    const { sequence } = inode;
    const problem = access.problemOf("fsync");
    const isLying = problem === null && drive.faults.isLying();
    const effect = (): void => {
      if (problem !== null) inode.failSync(sequence, drive.traits.failedFsync);
      else if (isLying) inode.promise(sequence);
      else inode.sync(sequence);
    };
    access.answer({
      operation: "fsync",
      kind: fsyncKind,
      path: this.#path,
      hash: sequence,
      problem,
      effect,
      done: (error) => done(error, undefined),
    });
  }

  truncate(length: number, done: DiskDone): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const isGrowing = length > this.#inode.cached.length;
    const problem = access.problemOf("write") ?? (isGrowing && access.isFull(length - this.#inode.cached.length) ? "NoSpace" : null);
    if (problem === null) this.#inode.truncate(length);
    this.#answer("write", problem, length, (error) => done(error, undefined));
  }

  size(done: DiskDone<number>): void {
    const access = this.#access;
    if (!access.isAlive) return;
    const { length } = this.#inode.cached;
    this.#answer("read", null, length, (error) => done(error, length));
  }

  close(done: DiskDone): void {
    if (!this.#access.isAlive) return;
    this.#access.answer({ operation: "read", kind: closeKind, path: this.#path, hash: 0, problem: null, done: (error) => done(error, undefined) });
  }

  /** Into the page cache, unless the disk refuses; overwriting needs no space. */
  #write(at: number, bytes: Uint8Array): DiskErrorKind | null {
    const { drive } = this.#access;
    const inode = this.#inode;
    const problem = this.#access.problemOf("write");
    if (problem !== null) return problem;
    const growthBytes = at + bytes.length - inode.cached.length;
    if (growthBytes > 0 && this.#access.isFull(growthBytes)) return "NoSpace";
    inode.write(at, bytes);
    if (drive.traits.flushProbability > 0 && drive.random.chance(drive.traits.flushProbability, "flush")) inode.flushPrefix(drive.random);
    return null;
  }

  #answer(operation: "read" | "write", problem: DiskErrorKind | null, hash: number, done: (error: DiskError | null) => void): void {
    this.#access.answer({ operation, kind: operation === "read" ? readKind : writeKind, path: this.#path, hash, problem, done });
  }
}

interface DiskAnswer {
  /** Decides how long it takes. */
  readonly operation: DiskOperation;
  readonly kind: number;
  readonly path: string;
  readonly hash: number;
  readonly problem: DiskErrorKind | null;
  /** What happens on the platter just before the answer. */
  readonly effect?: () => void;
  readonly done: (error: DiskError | null) => void;
}

/** One process's way to its drive. */
class DiskAccess {
  readonly drive: Drive;
  readonly #incarnation: Incarnation;

  constructor(incarnation: Incarnation, drive: Drive) {
    this.#incarnation = incarnation;
    this.drive = drive;
  }

  get isAlive(): boolean {
    return this.#incarnation.isAlive;
  }

  problemOf(operation: DiskOperation): DiskErrorKind | null {
    return this.drive.faults.isFailing(operation, this.drive.random) ? "InputOutput" : null;
  }

  isFull(growthBytes: number): boolean {
    return this.drive.faults.isFull() || this.drive.volume.usedBytes + growthBytes > this.drive.traits.capacityBytes;
  }

  answer(answer: DiskAnswer): void {
    const { host } = this.#incarnation;
    const delayUs = drawLatencyUs(this.drive.traits[answer.operation], this.drive.random);
    host.scheduler.schedule(new DiskEvent(this.#incarnation, answer), 0, delayUs, host.index);
  }
}

/** The moment of an answer; as every event of a host it waits while that is held, and never comes once its process is dead. */
class DiskEvent implements Event {
  readonly #incarnation: Incarnation;
  readonly #answer: DiskAnswer;

  constructor(incarnation: Incarnation, answer: DiskAnswer) {
    this.#incarnation = incarnation;
    this.#answer = answer;
  }

  fire(): void {
    const incarnation = this.#incarnation;
    if (!incarnation.isAlive) return;
    const { host } = incarnation;
    if (host.isHeld) {
      host.park(this, 0);
      return;
    }
    const { kind, path, hash, problem, effect, done } = this.#answer;
    incarnation.begin(kind, host.trace.hashOf(path) ^ hash ^ (problem?.length ?? 0));
    effect?.();
    done(problem === null ? null : { kind: problem, path });
  }
}

/** Inside the host's own namespace. @throws RangeError for a path that leaves it or is no path */
function checkedPath(path: string): string {
  const isProper = path !== "" && path.split("/").every((name) => name !== "" && name !== "." && name !== "..") && !path.includes("\0");
  if (!isProper) throw new RangeError(`${JSON.stringify(path)} is no path below the node's own directory`);
  return path;
}
