// HTML that is safe by default: what is put into the template is text unless it is Markup already. For all pages.
import { visible } from "../visible.ts";

/** A piece of finished HTML. Made only by `markup` and `script` constants of this folder, never from a value of a history. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export type Insert = Markup | string | number | undefined | readonly Insert[];

/** ``markup`<p>${text}</p>` ``: strings are escaped and made visible, lists are joined, undefined is nothing. */
export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return new Markup(parts.map((part, index) => part + (index < inserts.length ? htmlOf(inserts[index]) : "")).join(""));
}

/** Longest text kept in a page; a value of a megabyte is cut and says so. */
const textLimit = 4000;

function htmlOf(insert: Insert): string {
  if (insert === undefined) return "";
  if (insert instanceof Markup) return insert.html;
  if (typeof insert === "string") return escaped(insert);
  if (typeof insert === "number") return String(insert);
  return insert.map(htmlOf).join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For text and for quoted attributes alike. Line feeds stay; all other controls become visible. */
export function escaped(text: string): string {
  return text
    .split("\n")
    .map((line) => visible(line, textLimit))
    .join("\n")
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** JSON inside a `<script>` data block: no `<`, so that nothing in it can end the block or open a comment, and nothing hidden. */
export function scriptData(value: unknown): Markup {
  return new Markup(visible(JSON.stringify(value).replaceAll("<", "\\u003c"), Infinity));
}
