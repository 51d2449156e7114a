// Who spoke last on a connection, and what toxics know of the exchange under way. For connections, and toxics that hit exchanges.
import type { Direction } from "./direction.ts";

/**
 * An exchange begins with the first bytes towards the server after bytes from it (or after the connect), and is answered by the
 * first bytes back: exact for protocols that answer one request at a time on a connection, as HTTP/1.1 without pipelining.
 */
export interface ExchangeState {
  /** A request is under way, the first byte of its answer has not come. */
  isAwaited: boolean;
  /** The connection is to be reset instead of the answer. */
  isDoomed: boolean;
}

export class Conversation {
  /** Undefined: nobody yet. */
  lastSpeaker: Direction | undefined;
  readonly #exchanges = new Map<string, ExchangeState>();

  /** One a toxic; it begins with what the connection is doing. */
  exchangeOf(toxic: string): ExchangeState {
    const known = this.#exchanges.get(toxic);
    if (known !== undefined) return known;
    const exchange: ExchangeState = { isAwaited: this.lastSpeaker === "upstream", isDoomed: false };
    this.#exchanges.set(toxic, exchange);
    return exchange;
  }

  /** The toxic is gone; one of the same name begins anew. */
  forget(toxic: string): void {
    this.#exchanges.delete(toxic);
  }
}
