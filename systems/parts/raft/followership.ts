// How a follower takes entries from a leader: log matching, conflicts, and how far a request vouches for the commit index.
import type { RaftLog } from "./log.ts";
import type { AppendReply, AppendRequest, Entry } from "./messages.ts";
import type { Outbox } from "./outbox.ts";

export class Followership {
  protected readonly log: RaftLog;
  protected readonly outbox: Outbox;

  constructor(log: RaftLog, outbox: Outbox) {
    this.log = log;
    this.outbox = outbox;
  }

  /** Takes what fits (Raft section 5.3). The term of the request is the current one. */
  append(request: AppendRequest): AppendReply {
    if (!this.matchesPrevious(request)) return this.conflict(request);
    this.appendNew(request);
    return { type: "append", term: request.term, result: "matched", matchIndex: request.previousIndex + request.entries.length };
  }

  /** Only what this very request vouches for: there may be a suffix of another leader beyond it. */
  commitBound(request: AppendRequest): number {
    return Math.min(request.commitIndex, request.previousIndex + request.entries.length);
  }

  /** What is compacted is committed, so it is equal everywhere. */
  protected matchesPrevious(request: AppendRequest): boolean {
    return request.previousIndex <= this.log.base.index || this.log.termAt(request.previousIndex) === request.previousTerm;
  }

  protected conflict(request: AppendRequest): AppendReply {
    const found = this.log.termAt(request.previousIndex);
    const conflictIndex = found === undefined ? this.log.lastIndex + 1 : this.log.firstOfTermAt(request.previousIndex);
    return { type: "append", term: request.term, result: "conflict", conflictIndex, conflictTerm: found ?? null };
  }

  /** Entries that are here already are left alone: an append that was overtaken must not undo its successor. */
  protected appendNew(request: AppendRequest): void {
    const firstNew = request.entries.findIndex((entry, offset) => this.lacks(request.previousIndex + 1 + offset, entry));
    if (firstNew >= 0) this.replaceFrom(request.previousIndex + 1 + firstNew, request.entries.slice(firstNew));
  }

  protected lacks(index: number, entry: Entry): boolean {
    return index > this.log.base.index && this.log.termAt(index) !== entry.term;
  }

  protected replaceFrom(index: number, entries: readonly Entry[]): void {
    if (index <= this.log.lastIndex) this.log.truncateFrom(index);
    for (const entry of entries) this.log.append(entry);
    this.outbox.appended(this.log, index, entries);
  }
}
