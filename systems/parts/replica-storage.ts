// What a replica keeps on its disk: ballot, log and snapshot, and how they become the beginning of its next life.
import { assert } from "../../harness/errors.ts";
import type { Json } from "../../harness/json.ts";
import type { BallotFile } from "./raft/ballot-file.ts";
import type { Recovered } from "./raft/options.ts";
import type { Ballot, Entry, Snapshot } from "./raft/messages.ts";
import type { LogRecord } from "./raft/outbox.ts";
import type { WriteAheadLog } from "./write-ahead-log.ts";

/** All that the log must hold when it begins anew. */
export interface LogImage {
  readonly snapshot: Snapshot | null;
  /** Those after the snapshot. */
  readonly entries: readonly Entry[];
  readonly isDoubtful: boolean;
}

export interface Saving {
  readonly ballot: Ballot | null;
  /** Instead of the records: begin anew. */
  readonly image: LogImage | null;
  readonly records: readonly LogRecord[];
}

export class ReplicaStorage {
  readonly #ballots: BallotFile;
  readonly #log: WriteAheadLog;

  constructor(ballots: BallotFile, log: WriteAheadLog) {
    this.#ballots = ballots;
    this.#log = log;
  }

  /** Reads everything, and writes it anew: after a failed fsync the cache may show what the disk does not hold. */
  async recover(): Promise<Recovered> {
    const saved = await this.#ballots.recover();
    const { snapshot, records, isDoubtful } = await this.#log.recover();
    const image = replay(snapshot, records, isDoubtful);
    // The ballot is saved before any entry of its term; if it is older all the same, the entries prove that the term was reached.
    const newestTerm = image.entries.at(-1)?.term ?? image.snapshot?.position.term ?? 0;
    const ballot = newestTerm > saved.term ? { term: newestTerm, votedFor: null } : saved;
    await new Promise<void>((resolve) => this.save({ ballot, image, records: [] }, resolve));
    return { ballot, ...image };
  }

  /** The ballot first: no entry of a term is on the disk before the term. One at a time; `done` when all is on the disk. */
  save(saving: Saving, done: () => void): void {
    if (saving.ballot !== null) this.#ballots.write(saving.ballot, () => this.#saveLog(saving, done));
    else this.#saveLog(saving, done);
  }

  #saveLog({ image, records }: Saving, done: () => void): void {
    if (image === null) return this.#log.append(records, done);
    const from = (image.snapshot?.position.index ?? 0) + 1;
    const carried: LogRecord[] = image.entries.length === 0 ? [] : [{ kind: "entries", from, entries: image.entries }];
    if (image.isDoubtful) carried.push({ kind: "doubt" });
    this.#log.roll(image.snapshot, carried, done);
  }
}

function replay(savedSnapshot: Json, savedRecords: readonly Json[], hasDoubtfulTail: boolean): LogImage {
  // Only `ReplicaStorage` writes this log, and every frame has a good checksum.
  const snapshot = savedSnapshot as Snapshot | null;
  const records = savedRecords as readonly LogRecord[];
  const first = (snapshot?.position.index ?? 0) + 1;
  const entries: Entry[] = [];
  let isDoubtful = false;
  for (const record of records) {
    if (record.kind === "entries") {
      const start = record.from - first;
      assert(start <= entries.length, `entries from ${record.from} after ${first + entries.length - 1}: a gap in the log`);
      // Entries up to the snapshot are in it: a record may begin before it.
      entries.length = Math.max(0, start);
      entries.push(...record.entries.slice(Math.max(0, -start)));
    } else isDoubtful = record.kind === "doubt";
  }
  return { snapshot, entries, isDoubtful: isDoubtful || hasDoubtfulTail };
}
