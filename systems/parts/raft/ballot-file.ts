// Term and vote on the disk, twice: a torn write or a rotten sector hits one copy, and the other one still says at least
// what was acknowledged. A vote that is forgotten is a vote that can be given twice.
import type { DiskError, Environment, File } from "../../../harness/environment.ts";
import { fsyncDirectoryAsync, openAsync, readAsync, type DiskResult } from "../../../harness/promises.ts";
import { decodeFrame, encodeFrame } from "../write-ahead-log-frames.ts";
import type { Ballot } from "./messages.ts";

/** A page for each copy, so that no write touches both. */
const copyBytes = 4_096;
const fileName = "raft.ballot";

/**
 * The copies are written one after the other, each with its own fsync, and only then the ballot is acknowledged. So at
 * any moment at least one copy is whole, and the newer of two whole ones is at least as new as what was acknowledged.
 */
export class BallotFile {
  protected readonly environment: Environment;
  #file: File | null = null;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** What the disk holds: term 0 if nothing. Refuses to start when both copies are damaged. The caller must `write` it anew. */
  async recover(): Promise<Ballot> {
    const file = this.require(await openAsync(this.environment.disk, fileName, { create: true }), "open");
    this.#file = file;
    this.require(await fsyncDirectoryAsync(this.environment.disk, ""), "fsync");
    const copies = [];
    for (const at of [0, copyBytes]) copies.push(decodeCopy(this.require(await readAsync(file, at, copyBytes), "read")));
    if (copies.every((copy) => copy === "damaged"))
      this.environment.crash("both copies of the ballot are damaged: refusing to start, a vote could be given twice");
    return copies.filter((copy) => typeof copy !== "string").reduce(newerOf, { term: 0, votedFor: null });
  }

  /** `done` when both copies are on the disk. One write at a time. */
  write(ballot: Ballot, done: () => void): void {
    const frame = encodeFrame(1, [ballot]);
    this.writeCopy(0, frame, () => this.writeCopy(copyBytes, frame, done));
  }

  protected writeCopy(at: number, frame: Uint8Array, done: () => void): void {
    const file = this.#file;
    if (file === null) throw new Error("write before recover");
    file.write(at, frame, (writeError) => {
      if (writeError !== null) this.fail("write", writeError);
      file.fsync((syncError) => {
        if (syncError !== null) this.fail("fsync", syncError);
        done();
      });
    });
  }

  protected fail(step: string, error: DiskError): never {
    this.environment.crash(`${step} of ${error.path} failed: ${error.kind}`);
  }

  private require<T>(result: DiskResult<T>, step: string): T {
    if (result.error !== undefined) this.fail(step, result.error);
    return result.value;
  }
}

/** `missing`: never written, or not yet when the power went. */
function decodeCopy(page: Uint8Array): Ballot | "missing" | "damaged" {
  if (page.every((byte) => byte === 0)) return "missing";
  const records = decodeFrame(page);
  // `write` of this very class made it, and its checksum is good.
  return records === null ? "damaged" : (records[0] as Ballot);
}

/** Within a term a vote is newer than none. */
function newerOf(a: Ballot, b: Ballot): Ballot {
  if (a.term !== b.term) return a.term > b.term ? a : b;
  return a.votedFor === null ? b : a;
}
