// One connection of one of our own hosts at a server: requests in one strict form, one at a time. For exchange servers.
import type { Socket } from "node:net";
import type { Exchange, Reply } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { decodeBody } from "./bodies.ts";
import { decodeTarget, encodeReply, refusal, requestForm } from "./http-form.ts";
import { MessageReader, type Message } from "./message-reader.ts";

/** Answers whether anybody serves: if not, the caller learns that nothing was done. `answer` has an effect once. */
export type Dispatch = (request: Exchange, from: NodeName, answer: (reply: Reply) => void) => boolean;

export interface ServedConnectionOptions {
  readonly socket: Socket;
  readonly dispatch: Dispatch;
  /** Whoever departs from the form is a stranger: the socket is given away with what it has sent beyond the last exchange. */
  readonly giveAway: (socket: Socket) => void;
}

export class ServedConnection {
  readonly #options: ServedConnectionOptions;
  readonly #reader = new MessageReader(requestForm);
  readonly #onData = (piece: Buffer): void => this.#received(piece);
  #isBusy = false;

  constructor(options: ServedConnectionOptions) {
    this.#options = options;
  }

  /** Call it once. */
  open(): void {
    this.#options.socket.on("data", this.#onData);
  }

  #received(piece: Buffer): void {
    // None of our callers sends while it waits; whoever does is served in turn.
    if (this.#isBusy) {
      if (!this.#reader.hold(piece)) this.#options.socket.destroy();
      return;
    }
    const message = this.#reader.push(piece);
    if (message === "more") return;
    if (message === "stray") this.#giveAway();
    else this.#serve(message);
  }

  #serve({ head, body }: Message): void {
    this.#isBusy = true;
    const request = requestOf(head, body);
    if (request === undefined) {
      this.#reply(badRequest);
      return;
    }
    let isAnswered = false;
    const isServed = this.#options.dispatch(request, head[3] ?? "", (reply) => {
      if (isAnswered) return;
      isAnswered = true;
      this.#reply(encodeReply(reply));
    });
    if (!isServed) this.#reply(refusal);
  }

  #reply(encoded: string | Buffer | undefined): void {
    const { socket } = this.#options;
    this.#isBusy = false;
    // A reply that is too large cannot be given: its caller sees a reset, as in every runtime.
    if (encoded === undefined) socket.destroy();
    else if (socket.writable) socket.write(encoded);
    if (this.#reader.isHolding && !socket.destroyed) this.#received(nothing);
  }

  #giveAway(): void {
    const { socket, giveAway } = this.#options;
    socket.off("data", this.#onData);
    socket.pause();
    socket.unshift(this.#reader.rest());
    giveAway(socket);
  }
}

const nothing = Buffer.alloc(0);
const badRequest = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

/** Undefined for a body or a query that is malformed. */
function requestOf(head: RegExpExecArray, content: Buffer): Exchange | undefined {
  const [, method, target = "", , type] = head;
  if (method !== "GET" && method !== "POST" && method !== "PUT" && method !== "DELETE") return undefined;
  try {
    const request = { method, ...decodeTarget(target) } as const;
    return type === undefined ? request : { ...request, body: decodeBody(type, content) };
  } catch {
    return undefined;
  }
}
