// Values of a history are foreign text: they may hold escape sequences for terminals, direction overrides or a megabyte.
// Here every character becomes something that only shows. HTML is escaped on top of it, in `html/markup.ts`.

/** Longest value shown in a line; longer ones are cut and say so. */
const shownLength = 200;

/** Controls (tab and line feed too), format characters (direction overrides, joiners, tags, byte order mark), lone surrogates, line separators. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line of plain text in which nothing is hidden: `\u001b[31m` instead of a red terminal. At most `limit` characters, and the rest is counted. */
export function visible(text: string, limit: number = shownLength): string {
  const kept = text.length > limit ? text.slice(0, limit) : text;
  const shown = kept.replaceAll(hidden, escapes);
  return kept.length === text.length ? shown : `${shown}… (${text.length} characters)`;
}

/** One escape a UTF-16 unit, as JSON has them. */
function escapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`).join("");
}

/** The same for text of several lines: line feeds stay. */
export function visibleLines(text: string, limit: number = Infinity): string {
  return text
    .split("\n")
    .map((line) => visible(line, limit))
    .join("\n");
}
