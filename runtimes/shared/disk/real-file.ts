// A file handle of a node, over a file that others may have open too. For real disks.
import { assert } from "../../../harness/errors.ts";
import type { DiskDone, DiskErrorKind, File } from "../../../harness/environment.ts";
import type { DiskSwitches, FailingOperation } from "./disk-switches.ts";
import type { OpenFile } from "./open-file.ts";
import { diskErrorKindOf } from "./system-calls.ts";

/** What handles share with their disk. */
export interface FileAccess {
  readonly switches: DiskSwitches;
  /** Later, never within the call. */
  answer(run: () => void): void;
  /** Something is due until the function that this returns is called; it runs its argument. */
  begin(): (run: () => void) => void;
  /** The handle is closed. */
  release(file: OpenFile): void;
}

const noBytes = new Uint8Array(0);

/** Reads and writes take effect within the call, as into a page cache; their answers come in a later turn, in order. */
export class RealFile implements File {
  readonly #access: FileAccess;
  readonly #path: string;
  /** Undefined: closed, or never open. */
  #file: OpenFile | undefined;

  constructor(access: FileAccess, path: string, file: OpenFile | undefined) {
    this.#access = access;
    this.#path = path;
    this.#file = file;
  }

  read(at: number, length: number, done: DiskDone<Uint8Array>): void {
    assertOffsets(at, length);
    this.#do({ operation: "read", nothing: noBytes, done }, (file) => file.read(at, length));
  }

  write(at: number, bytes: Uint8Array, done: DiskDone): void {
    assertOffsets(at, bytes.length);
    this.#do({ operation: "write", nothing: undefined, done }, (file) => {
      this.#demandSpace(file, at + bytes.length);
      file.write(at, bytes);
    });
  }

  append(bytes: Uint8Array, done: DiskDone<number>): void {
    this.#do({ operation: "write", nothing: 0, done }, (file) => {
      const at = file.lengthBytes;
      this.#demandSpace(file, at + bytes.length);
      file.write(at, bytes);
      return at;
    });
  }

  truncate(length: number, done: DiskDone): void {
    assertOffsets(0, length);
    this.#do({ operation: "write", nothing: undefined, done }, (file) => {
      this.#demandSpace(file, length);
      file.truncate(length);
    });
  }

  size(done: DiskDone<number>): void {
    this.#do({ nothing: 0, done }, (file) => file.lengthBytes);
  }

  /** A second time it is nothing. */
  close(done: DiskDone): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#access.release(file);
    this.#access.answer(() => done(null, undefined));
  }

  /** Covers exactly what was written before this call: it is durable once this was answered, what came meanwhile is not. */
  fsync(done: DiskDone): void {
    const file = this.#file;
    const answer = (problem: DiskErrorKind | null): void => done(problem === null ? null : { kind: problem, path: this.#path }, undefined);
    if (file === undefined) return this.#access.answer(() => answer("InputOutput"));
    const { switches } = this.#access;
    const { sequence } = file;
    if (switches.isFailing("fsync")) return this.#access.answer(() => answer(settle(file, sequence, "forsaken") ?? "InputOutput"));
    if (switches.isLying()) return this.#access.answer(() => answer(settle(file, sequence, "promised")));
    const end = this.#access.begin();
    file.sync((error) => {
      const failed = settle(file, sequence, error === null ? "durable" : "forsaken");
      end(() => answer(error === null ? failed : diskErrorKindOf(error)));
    });
  }

  #do<T>(answering: Answering<T>, act: (file: OpenFile) => T): void {
    const { operation, nothing, done } = answering;
    const file = this.#file;
    let problem: DiskErrorKind | null = null;
    let result = nothing;
    try {
      if (file === undefined || (operation !== undefined && this.#access.switches.isFailing(operation))) problem = "InputOutput";
      else result = act(file);
    } catch (error) {
      problem = diskErrorKindOf(error);
    }
    const path = this.#path;
    this.#access.answer(() => (problem === null ? done(null, result) : done({ kind: problem, path }, nothing)));
  }

  /** Overwriting needs none. */
  #demandSpace(file: OpenFile, end: number): void {
    if (end > file.lengthBytes && this.#access.switches.isFull()) throw noSpace(this.#path);
  }
}

interface Answering<T> {
  /** What an injected error has to name to hit it. */
  readonly operation?: FailingOperation;
  /** The result of an error: meaningless. */
  readonly nothing: T;
  readonly done: DiskDone<T>;
}

/** As the operating system says it. */
export function noSpace(path: string): Error {
  return Object.assign(new Error(`no space left for ${path}`), { code: "ENOSPC" });
}

/** An fsync of which no account can be taken must not be answered as done. */
function settle(file: OpenFile, sequence: number, outcome: "durable" | "promised" | "forsaken"): DiskErrorKind | null {
  try {
    file.settle(sequence, outcome);
    return null;
  } catch {
    return "InputOutput";
  }
}

function assertOffsets(...offsets: readonly number[]): void {
  for (const offset of offsets) assert(Number.isSafeInteger(offset) && offset >= 0, `${offset} is no offset in a file`);
}
