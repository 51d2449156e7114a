// The first JSON value of a request body, as Go's decoder reads it: what follows it is ignored, and errors have Go's words. For the HTTP API.
import type { Json } from "../../../../harness/json.ts";
import { badBody } from "../proxy-error.ts";

/** Nested deeper and Go gives up as well. */
const depthLimit = 10_000;

/** O(length). @throws ProxyError 400 */
export function firstJson(text: string): Json {
  const scanner = new Scanner(text);
  const [start, end] = scanner.first();
  // The decode boundary of request bodies: the scanner has accepted exactly what JSON.parse takes.
  return JSON.parse(text.slice(start, end)) as Json;
}

/** Finds the end of a value. Brackets are kept on a stack of our own: a hostile body must not exhaust that of the engine. */
class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  first(): readonly [start: number, end: number] {
    this.#skipBlanks();
    if (this.#position >= this.#text.length) throw badBody("EOF");
    const start = this.#position;
    this.#value();
    return [start, this.#position];
  }

  #value(): void {
    const closers: ("}" | "]")[] = [];
    for (;;) {
      if (!this.#open(closers)) this.#scalar();
      // After a value: the containers that end here, then a comma, then the next value.
      for (let closer = closers.at(-1); ; closer = closers.at(-1)) {
        if (closer === undefined) return;
        this.#skipBlanks();
        const letter = this.#next(closer === "}" ? "after object key:value pair" : "after array element", `,${closer}`);
        if (letter === ",") break;
        closers.pop();
      }
      this.#skipBlanks();
      if (closers.at(-1) === "}") this.#key();
    }
  }

  /** Enters containers until a scalar stands here. True if an empty container was read instead. */
  #open(closers: ("}" | "]")[]): boolean {
    for (;;) {
      this.#skipBlanks();
      const letter = this.#text[this.#position];
      if (letter !== "{" && letter !== "[") return false;
      this.#position++;
      if (closers.length >= depthLimit) throw badBody("exceeded max depth");
      const closer = letter === "{" ? "}" : "]";
      this.#skipBlanks();
      if (this.#text[this.#position] === closer) {
        this.#position++;
        return true;
      }
      closers.push(closer);
      if (closer === "}") this.#key();
    }
  }

  #key(): void {
    if (this.#position < this.#text.length && this.#text[this.#position] !== '"') throw this.#invalid("looking for beginning of object key string");
    this.#string();
    this.#skipBlanks();
    this.#next("after object key", ":");
    this.#skipBlanks();
  }

  #scalar(): void {
    const letter = this.#text[this.#position];
    if (letter === undefined) throw badBody("unexpected EOF");
    if (letter === '"') return this.#string();
    const word = { t: "true", f: "false", n: "null" }[letter];
    if (word !== undefined) return this.#word(word);
    if (!/[-0-9]/.test(letter)) throw this.#invalid("looking for beginning of value");
    this.#number();
  }

  #string(): void {
    this.#next("looking for beginning of value", '"');
    for (;;) {
      const letter = this.#text[this.#position];
      if (letter === undefined) throw badBody("unexpected EOF");
      if (letter < " ") throw this.#invalid("in string literal");
      this.#position++;
      if (letter === '"') return;
      if (letter === "\\") this.#escape();
    }
  }

  #escape(): void {
    if (this.#next("in string escape code", '"\\/bfnrtu') !== "u") return;
    for (let digit = 0; digit < 4; digit++) this.#next("in \\u hexadecimal character escape", "0123456789abcdefABCDEF");
  }

  #word(word: string): void {
    for (const expected of word) this.#next(`in literal ${word} (expecting '${expected}')`, expected);
  }

  #number(): void {
    const match = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y);
    if (match === null) {
      // Only a lone minus is no number here.
      this.#position++;
      throw this.#position >= this.#text.length ? badBody("unexpected EOF") : this.#invalid("in numeric literal");
    }
    // A fraction or exponent that was begun and has no digits: the letter behind it is what Go complains about.
    const behind = this.#text[this.#position] ?? "";
    const isUnfinished = behind === "." ? /^-?\d+$/.test(match[0]) : /^[eE]$/.test(behind) && !/[eE]/.test(match[0]);
    if (isUnfinished) this.#unfinishedNumber();
  }

  #unfinishedNumber(): never {
    const context = this.#text[this.#position] === "." ? "after decimal point in numeric literal" : "in exponent of numeric literal";
    this.#position++;
    if ("+-".includes(this.#text[this.#position] ?? "x")) this.#position++;
    throw this.#position >= this.#text.length ? badBody("unexpected EOF") : this.#invalid(context);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  /** @throws ProxyError unless one of the letters stands here */
  #next(context: string, letters: string): string {
    const letter = this.#text[this.#position];
    if (letter === undefined) throw badBody("unexpected EOF");
    if (!letters.includes(letter)) throw this.#invalid(context);
    this.#position++;
    return letter;
  }

  #invalid(context: string): Error {
    const letter = this.#text[this.#position] ?? "";
    return badBody(`invalid character ${letter === "'" ? `'\\''` : `'${letter}'`} ${context}`);
  }

  #skipBlanks(): void {
    while (" \t\r\n".includes(this.#text[this.#position] ?? "x")) this.#position++;
  }
}
