// Reads EDN, the notation of Clojure in which Jepsen and Knossos keep histories. Only what data files contain: ratios, other
// bases and ##Inf are refused, because nothing here could compare them. For the formats that are EDN underneath.
import { brokenHistory } from "./broken-history.ts";
import { canonicalNumber } from "./decimal-number.ts";
import { depthLimit, formText, hasDuplicate } from "./form.ts";
import type { Form } from "./form.ts";

const closings: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "#{": "}" };
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "\\": "\\", '"': '"' };
/** Names of members that are kept; a hostile file may hold millions of different ones. */
const nameLimit = 1000;

/** Form after form of a text, in O(text). */
export class EdnReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #depth = 0;
  readonly #names = new Map<string, Form>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The next form; undefined at the end. @throws UsageError with the line where the text ends too early or makes no sense */
  next(): Form | undefined {
    this.#skipDiscarded();
    return this.#at >= this.#text.length ? undefined : this.#form();
  }

  /**
   * All forms; those of a list, if the text is one, which is never held as a whole.
   * @throws UsageError as `next` does, and if something follows the list
   */
  *forms(): Generator<Form> {
    this.#skipDiscarded();
    const opening = this.#text[this.#at];
    if (opening !== "[" && opening !== "(") {
      for (let form = this.next(); form !== undefined; form = this.next()) yield form;
      return;
    }
    const openedAt = this.#open(opening);
    while (!this.#isClosed(opening, openedAt)) yield this.#form();
    const more = this.next();
    if (more !== undefined) throw brokenHistory(more.line, "nothing after the list of operations", formText(more));
  }

  /** At the first character of a form. */
  #form(): Form {
    const line = this.#line;
    const first = this.#text[this.#at];
    switch (first) {
      case undefined:
        throw brokenHistory(line, "another form", "the end of the file");
      case "(":
      case "[":
        return { kind: "list", line, items: this.#until(first) };
      case "{":
        return this.#map(line);
      case '"':
        return { kind: "string", line, text: this.#string() };
      case "#":
        return this.#dispatched(line);
      case ")":
      case "]":
      case "}":
        throw brokenHistory(line, "a form", first);
      default:
        return this.#atom(line, this.#token());
    }
  }

  #until(opening: string): Form[] {
    const openedAt = this.#open(opening);
    const items: Form[] = [];
    while (!this.#isClosed(opening, openedAt)) items.push(this.#form());
    return items;
  }

  #map(line: number): Form {
    const [keys, values]: [Form[], Form[]] = [[], []];
    const openedAt = this.#open("{");
    while (!this.#isClosed("{", openedAt)) {
      keys.push(this.#text.charCodeAt(this.#at) === 0x3a ? this.#keyword() : this.#form());
      if (this.#isClosed("{", openedAt)) throw brokenHistory(line, "pairs of key and value in a map", `${keys.length * 2 - 1} forms`);
      values.push(this.#form());
    }
    if (hasDuplicate(keys)) throw brokenHistory(line, "a map whose keys are different from each other", `{${keys.map(formText).join(" ")}}`);
    return { kind: "map", line, keys, values };
  }

  /** Behind the bracket; answers its line. */
  #open(opening: string): number {
    this.#descend(this.#line);
    this.#at += opening.length;
    return this.#line;
  }

  /** At the next form, or behind the closing bracket. */
  #isClosed(opening: string, openedAt: number): boolean {
    const closing = closings[opening] ?? "";
    this.#skipDiscarded();
    const here = this.#text[this.#at];
    if (here === undefined) throw brokenHistory(this.#line, `a "${closing}" for the "${opening}" of line ${openedAt}`, "the end of the file");
    if (here !== closing) return false;
    this.#at++;
    this.#depth--;
    return true;
  }

  #descend(line: number): void {
    if (++this.#depth > depthLimit) throw brokenHistory(line, `at most ${depthLimit} levels of brackets and tags`, "more");
  }

  /** As the name of a member: one form for all of a kind, whose line nobody asks for, since a file has millions of them. */
  #keyword(): Form {
    const token = this.#token();
    const known = this.#names.get(token);
    if (known !== undefined) return known;
    const form = this.#atom(this.#line, token);
    if (this.#names.size < nameLimit) this.#names.set(token, form);
    return form;
  }

  /** Sets and tags. The tag of a collection is dropped, a record `#jepsen.history.Op{...}` is its map; that of a single value is part of it. */
  #dispatched(line: number): Form {
    if (this.#text[this.#at + 1] === "{") {
      const items = this.#until("#{");
      if (hasDuplicate(items)) throw brokenHistory(line, "a set whose elements are different from each other", `#{${items.map(formText).join(" ")}}`);
      return { kind: "set", line, items };
    }
    const tag = this.#token();
    if (!/^#[A-Za-z]/.test(tag)) throw brokenHistory(line, "a tag like #inst, a set or a discarded form", tag);
    this.#descend(line);
    this.#skipDiscarded();
    const tagged = this.#form();
    this.#depth--;
    const isCollection = tagged.kind === "list" || tagged.kind === "set" || tagged.kind === "map";
    return isCollection ? tagged : { kind: "tagged", line, text: `${tag} ${formText(tagged)}` };
  }

  #string(): string {
    const openedAt = this.#line;
    const from = this.#at + 1;
    const end = this.#text.indexOf('"', from);
    if (end < 0) throw brokenHistory(openedAt, "the end of a string", "the end of the file");
    const simple = this.#text.slice(from, end);
    if (simple.includes("\\")) return this.#escapedString(from, openedAt);
    this.#at = end + 1;
    this.#countLines(from, end);
    return simple;
  }

  #escapedString(from: number, openedAt: number): string {
    const parts: string[] = [];
    let start = from;
    for (let at = from; at < this.#text.length; at++) {
      const here = this.#text.charCodeAt(at);
      if (here === 0x0a) this.#line++;
      if (here === 0x22) {
        parts.push(this.#text.slice(start, at));
        this.#at = at + 1;
        const text = parts.join("");
        if (!text.isWellFormed()) throw brokenHistory(openedAt, "a string of well-formed Unicode", text);
        return text;
      }
      if (here !== 0x5c) continue;
      parts.push(this.#text.slice(start, at));
      const [text, length] = this.#escape(at + 1);
      parts.push(text);
      at += length;
      start = at + 1;
    }
    throw brokenHistory(openedAt, "the end of a string", "the end of the file");
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

  #atom(line: number, token: string): Form {
    if (token.charCodeAt(0) === 0x3a) {
      if (token.length === 1) throw brokenHistory(line, "a keyword", token);
      return { kind: "keyword", line, text: token.slice(1) };
    }
    if (token === "nil") return { kind: "nil", line };
    if (token === "true" || token === "false") return { kind: "boolean", line, value: token === "true" };
    if (token.charCodeAt(0) === 0x5c) return { kind: "character", line, text: token };
    if (!/^[+-]?\d/.test(token)) return { kind: "symbol", line, text: token };
    const text = canonicalNumber(/[NM]$/.test(token) || token.startsWith("+") ? token.replace(/^\+/, "").replace(/[NM]$/, "") : token);
    if (text === undefined) throw brokenHistory(line, "a whole or decimal number in base ten", token);
    return { kind: "number", line, text };
  }

  #token(): string {
    const from = this.#at;
    if (this.#text[from] === "\\") this.#at += 2; // a character may be a delimiter
    while (this.#at < this.#text.length && !isDelimiter(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  /** Blanks, comments and `#_ form`. A chain `#_ #_ a b` discards as many forms as it has marks. */
  #skipDiscarded(): void {
    let discardCount = 0;
    for (;;) {
      this.#skipBlank();
      if (this.#text.charCodeAt(this.#at) === 0x23 && this.#text.charCodeAt(this.#at + 1) === 0x5f) {
        this.#at += 2;
        discardCount++;
      } else if (discardCount === 0) return;
      else {
        this.#form();
        discardCount--;
      }
    }
  }

  #skipBlank(): void {
    for (;;) {
      const here = this.#text.charCodeAt(this.#at);
      if (here === 0x0a) this.#line++;
      else if (here === 0x3b) {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end < 0 ? this.#text.length : end;
        continue;
      } else if (!isBlank(here)) return;
      this.#at++;
    }
  }

  #countLines(from: number, end: number): void {
    for (let at = this.#text.indexOf("\n", from); at >= 0 && at < end; at = this.#text.indexOf("\n", at + 1)) this.#line++;
  }
}

/** Space, comma, tab, carriage return, form feed, vertical tab; not the end of a line, which counts. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x2c || code === 0x09 || code === 0x0d || code === 0x0c || code === 0x0b;
}

/** ( ) [ ] { } " ; and blanks. */
function isDelimiter(code: number): boolean {
  switch (code) {
    case 0x28:
    case 0x29:
    case 0x5b:
    case 0x5d:
    case 0x7b:
    case 0x7d:
    case 0x22:
    case 0x3b:
    case 0x0a:
      return true;
    default:
      return isBlank(code);
  }
}
