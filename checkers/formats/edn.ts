// Reads EDN, the notation of Clojure in which Jepsen and Knossos keep histories. Only what data files contain: no symbols
// with meaning, no namespaces resolved.
import { brokenHistory } from "./recording.ts";

/** A form with the line it starts in. Keywords lose their colon, characters and symbols are kept as text. */
export type Edn =
  | { readonly kind: "nil"; readonly line: number }
  | { readonly kind: "boolean"; readonly line: number; readonly value: boolean }
  | { readonly kind: "number"; readonly line: number; readonly value: number; readonly text: string }
  | { readonly kind: "string" | "keyword" | "symbol"; readonly line: number; readonly text: string }
  | { readonly kind: "list"; readonly line: number; readonly items: readonly Edn[] }
  | { readonly kind: "map"; readonly line: number; readonly entries: ReadonlyMap<string, Edn> };

/** All forms of a text. @throws UsageError with the line where it ends too early or makes no sense */
export function readEdn(text: string): Edn[] {
  const reader = new EdnReader(text);
  const forms: Edn[] = [];
  for (let form = reader.next(); form !== undefined; form = reader.next()) forms.push(form);
  return forms;
}

/** A form as one text: equal texts for equal values of the kinds that registers hold. */
export function ednText(form: Edn): string {
  switch (form.kind) {
    case "nil":
      return "nil";
    case "boolean":
      return String(form.value);
    case "number":
    case "symbol":
      return form.text;
    case "keyword":
      return `:${form.text}`;
    case "string":
      return JSON.stringify(form.text);
    case "list":
      return `[${form.items.map(ednText).join(" ")}]`;
    case "map":
      return `{${[...form.entries].map(([key, value]) => `${key} ${ednText(value)}`).join(", ")}}`;
  }
}

const closings: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const delimiters = '()[]{}"; \t\r\n,';
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"' };
const maximalDepth = 100;

class EdnReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Edn | undefined {
    this.#skipBlank();
    return this.#at >= this.#text.length ? undefined : this.#form();
  }

  #form(): Edn {
    this.#skipBlank();
    const line = this.#line;
    const first = this.#text[this.#at];
    if (first === undefined) throw brokenHistory(line, "another form", "the end of the file");
    if (first === "(" || first === "[") return { kind: "list", line, items: this.#until(first) };
    if (first === "{") return { kind: "map", line, entries: this.#entries(line, this.#until(first)) };
    if (first === '"') return { kind: "string", line, text: this.#string() };
    if (first === "#") return this.#dispatched();
    if (first === ")" || first === "]" || first === "}") throw brokenHistory(line, "a form", first);
    return this.#atom(line);
  }

  #until(opening: string): Edn[] {
    const openedAt = this.#line;
    const closing = closings[opening] ?? "";
    if (++this.#depth > maximalDepth) throw brokenHistory(openedAt, `at most ${maximalDepth} levels`, opening);
    this.#at++;
    const items: Edn[] = [];
    for (;;) {
      this.#skipBlank();
      const here = this.#text[this.#at];
      if (here === undefined) throw brokenHistory(this.#line, `a "${closing}" for the "${opening}" of line ${openedAt}`, "the end of the file");
      if (here === closing) break;
      items.push(this.#form());
    }
    this.#at++;
    this.#depth--;
    return items;
  }

  #entries(line: number, items: readonly Edn[]): Map<string, Edn> {
    const entries = new Map<string, Edn>();
    if (items.length % 2 === 1) throw brokenHistory(line, "pairs of key and value in a map", `${items.length} forms`);
    for (let index = 0; index < items.length; index += 2) {
      const [key, value] = [items[index], items[index + 1]];
      if (key !== undefined && value !== undefined) entries.set(ednText(key), value);
    }
    return entries;
  }

  /** Sets are lists, discarded forms vanish, tags are dropped: a record `#jepsen.history.Op{...}` is its map. */
  #dispatched(): Edn {
    this.#at++;
    if (this.#text[this.#at] === "{") return { kind: "list", line: this.#line, items: this.#until("{") };
    if (this.#text[this.#at] === "_") {
      this.#at++;
      this.#form();
      return this.#form();
    }
    this.#token();
    return this.#form();
  }

  #string(): string {
    const openedAt = this.#line;
    let text = "";
    for (this.#at++; ; this.#at++) {
      const here = this.#text[this.#at];
      if (here === undefined) throw brokenHistory(this.#line, `the end of the string of line ${openedAt}`, "the end of the file");
      if (here === '"') break;
      if (here === "\n") this.#line++;
      if (here === "\\") {
        this.#at++;
        const escape = this.#text[this.#at] ?? "";
        text += escapes[escape] ?? escape;
      } else text += here;
    }
    this.#at++;
    return text;
  }

  #atom(line: number): Edn {
    const token = this.#token();
    if (token === "nil") return { kind: "nil", line };
    if (token === "true" || token === "false") return { kind: "boolean", line, value: token === "true" };
    if (token.startsWith(":")) return { kind: "keyword", line, text: token.slice(1) };
    if (/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?[NM]?$/.test(token)) {
      const digits = token.replace(/[NM]$/, "").replace(/^\+/, "");
      return { kind: "number", line, value: Number(digits), text: digits };
    }
    return { kind: "symbol", line, text: token };
  }

  #token(): string {
    const from = this.#at;
    if (this.#text[this.#at] === "\\") this.#at += 2; // a character may be a delimiter
    while (this.#at < this.#text.length && !delimiters.includes(this.#text[this.#at] ?? " ")) this.#at++;
    if (this.#at === from) throw brokenHistory(this.#line, "a form", this.#text[from] ?? "the end of the file");
    return this.#text.slice(from, this.#at);
  }

  #skipBlank(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const here = this.#text[this.#at];
      if (here === "\n") this.#line++;
      else if (here === ";") {
        while (this.#at + 1 < this.#text.length && this.#text[this.#at + 1] !== "\n") this.#at++;
      } else if (here !== " " && here !== "\t" && here !== "\r" && here !== ",") return;
    }
  }
}
