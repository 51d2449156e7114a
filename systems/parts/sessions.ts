// Which requests of which clients have taken effect, so that a retry takes effect once. Part of the replicated state: it
// changes only while entries are applied, and it is in every snapshot (Ongaro, Raft thesis, section 6.3).
import type { Json } from "../../harness/json.ts";

/** Names a request of a client: a client numbers its requests 1, 2, 3 ... and has one under way. */
export type RequestName = {
  readonly client: string;
  readonly sequence: number;
};

/** `repeated`: it took effect before, with this output. `forgotten`: it may have, and its output is gone. */
export type Admission = { readonly kind: "new" } | { readonly kind: "repeated"; readonly output: Json } | { readonly kind: "forgotten" };

/** Client, last sequence, its output; in order of last use. */
export type SavedSession = readonly [client: string, sequence: number, output: Json];

interface Session {
  readonly sequence: number;
  readonly output: Json;
}

/** Far beyond the number of clients with a request under way. */
const defaultLimit = 10_000;

export class Sessions {
  /** Insertion order is order of last use: the oldest is dropped first, on every replica alike. */
  readonly #sessions = new Map<string, Session>();
  readonly #limit: number;

  constructor(limit: number = defaultLimit) {
    this.#limit = limit;
  }

  /**
   * Judges a request before it is applied. A client that is unknown though it is past its first request was dropped:
   * nobody can tell whether this one took effect, so it must not (again).
   */
  admit(request: RequestName): Admission {
    const known = this.#sessions.get(request.client);
    if (known === undefined) return request.sequence === 1 ? { kind: "new" } : { kind: "forgotten" };
    if (request.sequence > known.sequence) return { kind: "new" };
    return request.sequence === known.sequence ? { kind: "repeated", output: known.output } : { kind: "forgotten" };
  }

  /** Remembers the output of a request that was `new`. */
  remember(request: RequestName, output: Json): void {
    this.#sessions.delete(request.client);
    this.#sessions.set(request.client, { sequence: request.sequence, output });
    if (this.#sessions.size > this.#limit) for (const oldest of this.#sessions.keys()) return void this.#sessions.delete(oldest);
  }

  snapshot(): SavedSession[] {
    return [...this.#sessions].map(([client, { sequence, output }]) => [client, sequence, output]);
  }

  restore(saved: readonly SavedSession[]): void {
    this.#sessions.clear();
    for (const [client, sequence, output] of saved) this.#sessions.set(client, { sequence, output });
  }
}
