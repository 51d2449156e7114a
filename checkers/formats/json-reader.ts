// Reads JSON (RFC 8259) with the line of every value, numbers exact at any size and no member twice: what `JSON.parse` cannot
// tell. For the formats that are JSON underneath.
import { brokenHistory } from "./broken-history.ts";
import { canonicalNumber } from "./decimal-number.ts";
import { depthLimit, formText, hasDuplicate } from "./form.ts";
import type { Form } from "./form.ts";

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "\\": "\\", '"': '"', "/": "/" };
/** Names of members that are kept; a hostile file may hold millions of different ones. */
const nameLimit = 1000;

/** Value after value of a text (one, or one a line), in O(text). */
export class JsonReader {
  readonly #text: string;
  #at = 0;
  #line: number;
  #depth = 0;
  readonly #names = new Map<string, Form>();

  /** `firstLine`: for a text that is cut out of a file. */
  constructor(text: string, firstLine = 1) {
    this.#text = text;
    this.#line = firstLine;
  }

  /** The next value; undefined at the end. @throws UsageError with the line where the text ends too early or is no JSON */
  next(): Form | undefined {
    this.#skipBlank();
    return this.#at >= this.#text.length ? undefined : this.#value();
  }

  /**
   * All values; those of an array, if the text is one, which is never held as a whole.
   * @throws UsageError as `next` does, and if something follows the array
   */
  *forms(): Generator<Form> {
    this.#skipBlank();
    if (this.#text[this.#at] !== "[") {
      for (let form = this.next(); form !== undefined; form = this.next()) yield form;
      return;
    }
    const openedAt = this.#open();
    for (let count = 0; !this.#isClosed("]", openedAt, count); count++) yield this.#value();
    const more = this.next();
    if (more !== undefined) throw brokenHistory(more.line, "nothing after the list of operations", formText(more));
  }

  /** At the first character of a value. */
  #value(): Form {
    const line = this.#line;
    const first = this.#text[this.#at];
    switch (first) {
      case undefined:
        throw this.#ended("another value");
      case "[":
        return { kind: "list", line, items: this.#items() };
      case "{":
        return this.#object(line);
      case '"':
        return { kind: "string", line, text: this.#string() };
      default:
        return this.#atom(line);
    }
  }

  #items(): Form[] {
    const items: Form[] = [];
    const openedAt = this.#open();
    while (!this.#isClosed("]", openedAt, items.length)) items.push(this.#value());
    return items;
  }

  #object(line: number): Form {
    const [keys, values]: [Form[], Form[]] = [[], []];
    const openedAt = this.#open();
    while (!this.#isClosed("}", openedAt, keys.length)) {
      keys.push(this.#name());
      this.#skipBlank();
      if (this.#text[this.#at] !== ":") throw this.#unexpected('a ":"');
      this.#at++;
      this.#skipBlank();
      values.push(this.#value());
    }
    if (hasDuplicate(keys)) throw brokenHistory(line, "an object whose members are different from each other", keys.map(formText).join(", "));
    return { kind: "map", line, keys, values };
  }

  /** Behind the bracket; answers its line. */
  #open(): number {
    if (++this.#depth > depthLimit) throw brokenHistory(this.#line, `at most ${depthLimit} levels of brackets`, "more");
    this.#at++;
    return this.#line;
  }

  /** At the next item, or behind the closing bracket. */
  #isClosed(closing: string, openedAt: number, count: number): boolean {
    this.#skipBlank();
    const here = this.#text[this.#at];
    if (here === closing) {
      this.#at++;
      this.#depth--;
      return true;
    }
    if (count === 0) return false;
    if (here !== ",") throw this.#unexpected(`a "," or the "${closing}" for the bracket of line ${openedAt}`);
    this.#at++;
    this.#skipBlank();
    return false;
  }

  /** One form for all members of a name, whose line nobody asks for, since a file has millions of them. */
  #name(): Form {
    if (this.#text[this.#at] !== '"') throw this.#unexpected("the name of a member, in quotes,");
    const line = this.#line;
    const text = this.#string();
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const form: Form = { kind: "string", line, text };
    if (this.#names.size < nameLimit) this.#names.set(text, form);
    return form;
  }

  #string(): string {
    const parts: string[] = [];
    let start = this.#at + 1;
    for (let at = start; at < this.#text.length; at++) {
      const here = this.#text.charCodeAt(at);
      if (here === 0x22) {
        this.#at = at + 1;
        const last = this.#text.slice(start, at);
        return parts.length === 0 ? last : this.#joined([...parts, last]);
      }
      if (here < 0x20) throw brokenHistory(this.#line, "a string without control characters", this.#text.slice(start, at + 1));
      if (here !== 0x5c) continue;
      const [text, length] = this.#escape(at + 1);
      parts.push(this.#text.slice(start, at), text);
      at += length;
      start = at + 1;
    }
    throw this.#ended("the end of a string");
  }

  /** Only an escape can make half a character, since the text as a whole was looked at. */
  #joined(parts: readonly string[]): string {
    const text = parts.join("");
    if (!text.isWellFormed()) throw brokenHistory(this.#line, "a string of well-formed Unicode", text);
    return text;
  }

  /** What the escape at this place stands for, and its length. */
  #escape(at: number): readonly [text: string, length: number] {
    const kind = this.#text[at] ?? "";
    const simple = escapes[kind];
    if (simple !== undefined) return [simple, 1];
    const digits = /^u[0-9a-fA-F]{4}/.exec(this.#text.slice(at, at + 5))?.[0];
    if (digits === undefined) throw brokenHistory(this.#line, "an escape like \\n or \\u00e9", `\\${kind}`);
    return [String.fromCharCode(Number.parseInt(digits.slice(1), 16)), 5];
  }

  #atom(line: number): Form {
    const from = this.#at;
    while (this.#at < this.#text.length && isOfAtom(this.#text.charCodeAt(this.#at))) this.#at++;
    const token = this.#text.slice(from, this.#at);
    if (token === "null") return { kind: "nil", line };
    if (token === "true" || token === "false") return { kind: "boolean", line, value: token === "true" };
    const text = canonicalNumber(token);
    if (text === undefined) throw brokenHistory(line, "a JSON value", token === "" ? (this.#text[from] ?? "") : token);
    return { kind: "number", line, text };
  }

  #skipBlank(): void {
    for (;;) {
      const here = this.#text.charCodeAt(this.#at);
      if (here === 0x0a) this.#line++;
      else if (here !== 0x20 && here !== 0x0d && here !== 0x09) return;
      this.#at++;
    }
  }

  #unexpected(expected: string): Error {
    const here = this.#text[this.#at];
    return here === undefined ? this.#ended(expected) : brokenHistory(this.#line, expected, here);
  }

  #ended(expected: string): Error {
    return brokenHistory(this.#line, expected, "the end of the file");
  }
}

/** Letters, digits, plus, minus and point. */
function isOfAtom(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x2d || code === 0x2b || code === 0x2e;
}
