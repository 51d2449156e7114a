// Long polls that wait for changes: each is answered as soon as there is something to tell, or when its time is up. For the node.
import type { Answer, Timers, TimerId } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { Change, KeySpace } from "./key-space.ts";

interface Watcher {
  readonly from: number;
  readonly answer: Answer;
  readonly timer: TimerId;
}

/** More are turned away: each holds an exchange open. */
const watcherLimit = 1_000;

/**
 * An answer speaks for all revisions from `from` up to, not including, `next`: { events, next }. If some of them are
 * compacted it is 410 { compacted, next }, and the watcher goes on from `next` in the knowledge of a gap.
 */
export class Watchers {
  readonly #timers: Timers;
  protected readonly keys: KeySpace;
  #waiting: Watcher[] = [];

  constructor(timers: Timers, keys: KeySpace) {
    this.#timers = timers;
    this.keys = keys;
  }

  watch(request: { readonly from: number; readonly waitMs: number }, answer: Answer): void {
    const { from, waitMs } = request;
    if (this.keys.revision >= from || waitMs === 0) return this.tell(from, answer);
    if (this.#waiting.length >= watcherLimit) return answer({ status: 503 });
    const timer = this.#timers.after(waitMs, () => {
      this.#waiting = this.#waiting.filter((watcher) => watcher.timer !== timer);
      this.tell(from, answer);
    });
    this.#waiting.push({ from, answer, timer });
  }

  /** The store has changed. */
  wake(): void {
    const ready = this.#waiting.filter((watcher) => this.keys.revision >= watcher.from);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((watcher) => this.keys.revision < watcher.from);
    for (const { from, answer, timer } of ready) {
      this.#timers.cancel(timer);
      this.tell(from, answer);
    }
  }

  /** A node that lags behind what the watcher has seen has nothing to tell yet. */
  protected tell(from: number, answer: Answer): void {
    const next = Math.max(from, this.keys.revision + 1);
    const changes = this.keys.changesFrom(this.firstRevision(from));
    if (changes === null) answer({ status: 410, body: { compacted: String(this.keys.compacted), next: String(this.keys.compacted + 1) } });
    else answer({ status: 200, body: { events: changes.map(eventOf), next: String(next) } });
  }

  /** The first revision that the answer must show. */
  protected firstRevision(from: number): number {
    return from;
  }
}

function eventOf({ revision, key, value }: Change): JsonObject {
  return { revision: String(revision), key, value };
}
