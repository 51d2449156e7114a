// The effects of a protocol core: collected while it handles inputs, taken by the shell that carries them out.
import type { JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { RaftLog } from "./log.ts";
import type { Ballot, Entry, RaftRequest, Snapshot } from "./messages.ts";

/** What goes to the write-ahead log. `entries` replaces whatever stood at `from` and after it. */
export type LogRecord =
  | { readonly kind: "entries"; readonly from: number; readonly entries: readonly Entry[] }
  /** The tail of this log was found damaged: acknowledged entries may be missing. */
  | { readonly kind: "doubt" }
  /** A leader has given everything again that may have been missing. */
  | { readonly kind: "trust" };

/** A call to make. The whole object comes back with its outcome, so that the core needs no table of calls. */
export interface Outgoing {
  readonly to: NodeName;
  readonly request: RaftRequest;
  /** Number of the broadcast that it belongs to: its reply confirms the leader for all reads up to this round. */
  readonly round: number;
  readonly sentAtMs: number;
  /** The same moment on the lease clock. */
  readonly leaseSentAtMs: number;
}

export interface Observation {
  readonly as: "mark" | "fact";
  readonly kind: string;
  readonly data: JsonObject;
}

export interface ReadReady {
  readonly ticket: number;
  /** The machine must have applied this much; null: not the leader any more. */
  readonly index: number | null;
}

/** Carried out in this order: restore, apply, reads at once; then persist; when that is durable sends and observations. */
export interface Effects {
  /** Replace the state of the machine. The snapshot is to be persisted, too. */
  readonly restore: Snapshot | null;
  /** Newly committed entries, in order; the first has the index `applyFrom`. */
  readonly apply: readonly Entry[];
  readonly applyFrom: number;
  readonly reads: readonly ReadReady[];
  readonly ballot: Ballot | null;
  readonly records: readonly LogRecord[];
  readonly sends: readonly Outgoing[];
  readonly observations: readonly Observation[];
}

const nothing: readonly never[] = [];

export class Outbox {
  #isEmpty = true;
  #restore: Snapshot | null = null;
  // Null: none so far. A list that began empty would be given room for 17 by its first `push`, at every message.
  #apply: Entry[] | null = null;
  #applyFrom = 0;
  #reads: ReadReady[] | null = null;
  #ballot: Ballot | null = null;
  #records: LogRecord[] | null = null;
  #sends: Outgoing[] | null = null;
  #observations: Observation[] | null = null;
  /** The last record and its fact, as long as nothing but entries has come since. */
  #growing: { readonly from: number; readonly entries: Entry[]; readonly fact: number } | null = null;

  restore(snapshot: Snapshot): void {
    this.#isEmpty = false;
    this.#restore = snapshot;
  }

  apply(index: number, entry: Entry): void {
    this.#isEmpty = false;
    if (this.#apply === null) {
      this.#apply = [entry];
      this.#applyFrom = index;
    } else this.#apply.push(entry);
  }

  read(ready: ReadReady): void {
    this.#isEmpty = false;
    if (this.#reads === null) this.#reads = [ready];
    else this.#reads.push(ready);
  }

  ballot(ballot: Ballot): void {
    this.#isEmpty = false;
    this.#ballot = ballot;
  }

  record(record: LogRecord): void {
    this.#isEmpty = false;
    this.#growing = null;
    if (this.#records === null) this.#records = [record];
    else this.#records.push(record);
  }

  /** Entries are in the log from `from` on; what stood there before is gone. Those that follow each other are one record and one fact. */
  appended(log: RaftLog, from: number, entries: readonly Entry[]): void {
    const growing = this.#growing;
    if (growing !== null && this.#observations !== null && from === growing.from + growing.entries.length) {
      growing.entries.push(...entries);
      this.#observations[growing.fact] = { as: "fact", kind: "raft.appended", data: log.describeFrom(growing.from) };
      this.#observe({ as: "mark", kind: "raft.appended", data: { index: log.lastIndex } });
      return;
    }
    const own = [...entries];
    this.record({ kind: "entries", from, entries: own });
    this.fact("raft.appended", log.describeFrom(from));
    const fact = (this.#observations?.length ?? 1) - 1;
    this.mark("raft.appended", { index: log.lastIndex });
    this.#growing = { from, entries: own, fact };
  }

  send(outgoing: Outgoing): void {
    this.#isEmpty = false;
    if (this.#sends === null) this.#sends = [outgoing];
    else this.#sends.push(outgoing);
  }

  mark(kind: string, data: JsonObject): void {
    this.#growing = null;
    this.#observe({ as: "mark", kind, data });
  }

  fact(kind: string, data: JsonObject): void {
    this.#growing = null;
    this.#observe({ as: "fact", kind, data });
  }

  /** Everything since the last call; null if there is nothing. */
  take(): Effects | null {
    if (this.#isEmpty) return null;
    const effects: Effects = {
      restore: this.#restore,
      apply: this.#apply ?? nothing,
      applyFrom: this.#applyFrom,
      reads: this.#reads ?? nothing,
      ballot: this.#ballot,
      records: this.#records ?? nothing,
      sends: this.#sends ?? nothing,
      observations: this.#observations ?? nothing,
    };
    this.#isEmpty = true;
    this.#restore = null;
    this.#ballot = null;
    this.#apply = null;
    this.#reads = null;
    this.#records = null;
    this.#sends = null;
    this.#observations = null;
    this.#growing = null;
    return effects;
  }

  #observe(observation: Observation): void {
    this.#isEmpty = false;
    if (this.#observations === null) this.#observations = [observation];
    else this.#observations.push(observation);
  }
}
