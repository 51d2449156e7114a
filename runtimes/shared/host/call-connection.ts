// One HTTP/1.1 connection of a caller: carries one exchange at a time and says how each ended. For call pools.
import { connect, type Socket } from "node:net";
import type { Reply } from "../../../harness/environment.ts";
import type { Address } from "../wire/bootstrap.ts";
import { decodeBody } from "./bodies.ts";
import { replyForm, type Encoded } from "./http-form.ts";
import { MessageReader, type Message } from "./message-reader.ts";

/** Read at once; a reply that fits needs no copy. */
const bufferBytes = 16_384;

/** How an exchange ended without a reply. Refused: nothing of it can have arrived. */
export type Loss = "Refused" | "Reset";

export interface Route {
  readonly address: Address;
  /** Address of this machine to call from; undefined: whichever leads there. */
  readonly localAddress?: string | undefined;
}

export interface CallConnectionObserver {
  /** The exchange is over; the connection is free for the next one. */
  replied(connection: CallConnection, reply: Reply): void;
  /** Refused: nobody served there, and says so. The connection is free for the next exchange. */
  declined(connection: CallConnection): void;
  /** It is gone, with the exchange that it carried, if any. Called once, but not after `destroy`. */
  lost(connection: CallConnection, loss: Loss): void;
}

export class CallConnection {
  /** Monotonic milliseconds; for its pool. */
  idleSinceMs = 0;
  readonly #observer: CallConnectionObserver;
  readonly #socket: Socket;
  readonly #reader = new MessageReader(replyForm);
  #isConnected = false;
  #isBusy = false;
  #isGone = false;

  constructor({ address, localAddress }: Route, observer: CallConnectionObserver) {
    this.#observer = observer;
    const onread = { buffer: Buffer.allocUnsafeSlow(bufferBytes), callback: (size: number, buffer: Uint8Array): boolean => this.#received(size, buffer) };
    const from = localAddress === undefined ? {} : { localAddress };
    this.#socket = connect({ host: address.host, port: address.port, noDelay: true, onread, ...from });
    this.#socket.on("connect", () => (this.#isConnected = true));
    this.#socket.on("error", () => this.#lose());
    this.#socket.on("end", () => this.#lose());
    this.#socket.on("close", () => this.#lose());
  }

  /** One write, at once or as soon as it is connected. The connection must be free. */
  send(request: Encoded): void {
    this.#isBusy = true;
    this.#socket.write(request);
  }

  /** Nothing more is heard of it. */
  destroy(): void {
    this.#isGone = true;
    this.#socket.destroy();
  }

  #received(sizeBytes: number, buffer: Uint8Array): boolean {
    if (this.#isGone) return false;
    const message = this.#reader.push(Buffer.from(buffer.buffer, buffer.byteOffset, sizeBytes));
    if (message === "more") return true;
    // Neither a strange reply nor one that nobody asked for says anything about the exchange.
    const reply = message === "stray" || !this.#isBusy || this.#reader.rest().length > 0 ? undefined : replyOf(message);
    if (reply === undefined) {
      this.#lose();
      return false;
    }
    this.#isBusy = false;
    if (reply === "declined") this.#observer.declined(this);
    else this.#observer.replied(this, reply);
    return true;
  }

  #lose(): void {
    if (this.#isGone) return;
    this.destroy();
    // Before the connection stands nothing is written: whatever went wrong, the request has not left.
    this.#observer.lost(this, this.#isConnected ? "Reset" : "Refused");
  }
}

/** Undefined for a body that is not what its type says. */
function replyOf({ head, body }: Message): Reply | "declined" | undefined {
  if (head[2] !== undefined) return "declined";
  const status = Number(head[1]);
  const type = head[3];
  if (type === undefined) return body.length === 0 ? { status } : undefined;
  try {
    return { status, body: decodeBody(type, body) };
  } catch {
    return undefined;
  }
}
