// The harness's end of one control connection: messages in both directions, and questions with a limit. For the control server and members.
import type { Socket } from "node:net";
import type { Json, JsonObject } from "../../../harness/json.ts";
import { encodeLine, LineReader } from "../wire/json-lines.ts";
import type { FromHost, ToHost } from "../wire/control.ts";
import { decodeFromHost } from "./control-message.ts";

/** What somebody may send who has not proved who he is. */
const introductionLimitBytes = 4_096;

type Question = Extract<ToHost, { readonly ack: number }>;
/** A question without its number. */
export type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, "ack"> : never) : never;

export class ControlSession {
  /** Called with each message, in order. The server's first, then the incarnation's. */
  onMessage: (message: FromHost) => void;
  /** True once it has proved who it is: then lines may be long. */
  isKnown = false;
  /** All that it ever sent has been handed on, and the connection is gone. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #questions = new Map<number, (detail: JsonObject | undefined) => void>();
  #violation: string | undefined;
  #nextAck = 1;

  constructor(socket: Socket, onMessage: (message: FromHost) => void) {
    this.#socket = socket;
    this.onMessage = onMessage;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    const lines: Json[] = [];
    const reader = new LineReader((line) => void lines.push(line));
    socket.on("data", (chunk: Buffer) => {
      if (!this.isKnown && socket.bytesRead > introductionLimitBytes) return this.#violated("it sent too much before it had said hello");
      const mistake = mistakeOf(() => reader.push(chunk));
      for (const line of lines.splice(0)) this.#line(line);
      if (mistake !== undefined) this.#violated(mistake);
    });
    // A reset is an end like any other; `close` follows.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const answer of this.#questions.values()) answer(undefined);
      this.#questions.clear();
      resolve();
    });
  }

  /** What it did that no node host does, if that is why the connection ended. */
  get violation(): string | undefined {
    return this.#violation;
  }

  send(message: ToHost): void {
    if (this.#socket.writable) this.#socket.write(encodeLine(message));
  }

  /** Undefined when it did not answer within the limit, or ended. */
  ask(question: Asked, limitMs: number): Promise<JsonObject | undefined> {
    if (!this.#socket.writable) return Promise.resolve(undefined);
    const ack = this.#nextAck++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answered(ack, undefined), limitMs);
      this.#questions.set(ack, (detail) => {
        clearTimeout(timer);
        resolve(detail);
      });
      this.send({ ...question, ack });
    });
  }

  /** At once; what was under way is lost. Idempotent. */
  end(): void {
    this.#socket.destroy();
  }

  #line(line: Json): void {
    if (this.#socket.destroyed) return;
    const message = decodeFromHost(line);
    if (message === undefined) this.#violated(`it sent what no node host says: ${JSON.stringify(line).slice(0, 200)}`);
    else if (message.type === "done") this.#answered(message.ack, message.detail);
    else this.onMessage(message);
  }

  #answered(ack: number, detail: JsonObject | undefined): void {
    const answer = this.#questions.get(ack);
    this.#questions.delete(ack);
    answer?.(detail);
  }

  #violated(reason: string): void {
    this.#violation ??= reason;
    this.end();
  }
}

/** Only what the sender did wrong: a mistake in what handles the lines is ours and must not be taken for his. */
function mistakeOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
