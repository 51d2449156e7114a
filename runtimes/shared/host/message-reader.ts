// Reads the few forms of HTTP/1.1 that our own ends write, and nothing else. For call connections and served connections.
//
// A full parser is for strangers (`outside-server.ts`). Between our own hosts the head has one exact form, which one
// pattern checks as a whole; whatever departs from it is reported and never guessed at.
import { bodyLimitBytes } from "./bodies.ts";

/** Longest head that our own ends write: long paths and queries included. */
const headLimitBytes = 16_384;
const headEnd = Buffer.from("\r\n\r\n");

export interface Message {
  /** Groups of the pattern. */
  readonly head: RegExpExecArray;
  /** Valid until the next `push`. */
  readonly body: Buffer;
}

export interface MessageForm {
  /** Matches a head without its empty line. */
  readonly pattern: RegExp;
  /** Size of the body that this head announces. */
  sizeBytes(head: RegExpExecArray): number;
}

/** One connection's input. A body that comes in many pieces is joined once. */
export class MessageReader {
  readonly #form: MessageForm;
  #parts: Buffer[] = [];
  #heldBytes = 0;
  /** As soon as the head of the message under way is known. */
  #head: RegExpExecArray | undefined;
  #neededBytes = 0;
  #headBytes = 0;

  constructor(form: MessageForm) {
    this.#form = form;
  }

  /**
   * Takes the next piece, which may be reused afterwards. `more`: the message is not complete; `stray`: this is not of the
   * form, see `rest`. What follows a complete message stays in `rest`.
   */
  push(piece: Buffer): Message | "more" | "stray" {
    const held = this.#heldBytes === 0 ? piece : undefined;
    if (held === undefined) this.#keep(piece);
    if (this.#head === undefined) {
      const outcome = this.#readHead(held ?? this.#join());
      if (outcome !== "read") {
        if (held !== undefined) this.#keep(held);
        return outcome;
      }
    }
    const sizeBytes = held?.length ?? this.#heldBytes;
    if (this.#head === undefined || sizeBytes < this.#neededBytes) {
      if (held !== undefined) this.#keep(held);
      return "more";
    }
    return this.#take(this.#head, held ?? this.#join());
  }

  /** Keeps a piece for later. False: there is more than a message can have. */
  hold(piece: Buffer): boolean {
    this.#keep(piece);
    return this.#heldBytes <= headLimitBytes + bodyLimitBytes;
  }

  get isHolding(): boolean {
    return this.#heldBytes > 0;
  }

  /** What was pushed and belongs to no complete message. */
  rest(): Buffer {
    return this.#join();
  }

  #readHead(bytes: Buffer): "read" | "more" | "stray" {
    const end = bytes.indexOf(headEnd);
    if (end < 0) return bytes.length > headLimitBytes ? "stray" : "more";
    if (end > headLimitBytes) return "stray";
    const head = this.#form.pattern.exec(bytes.toString("latin1", 0, end));
    if (head === null) return "stray";
    const sizeBytes = this.#form.sizeBytes(head);
    if (sizeBytes > bodyLimitBytes) return "stray";
    this.#head = head;
    this.#headBytes = end + headEnd.length;
    this.#neededBytes = this.#headBytes + sizeBytes;
    return "read";
  }

  #take(head: RegExpExecArray, bytes: Buffer): Message {
    const body = bytes.subarray(this.#headBytes, this.#neededBytes);
    const rest = bytes.subarray(this.#neededBytes);
    this.#head = undefined;
    this.#parts = [];
    this.#heldBytes = 0;
    if (rest.length > 0) this.#keep(rest);
    return { head, body };
  }

  #keep(piece: Buffer): void {
    this.#parts.push(Buffer.from(piece));
    this.#heldBytes += piece.length;
  }

  #join(): Buffer {
    const [only] = this.#parts;
    if (only !== undefined && this.#parts.length === 1) return only;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }
}
