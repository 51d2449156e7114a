// A file as text, or one clear sentence why it is none.
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { UsageError } from "../../harness/errors.ts";

/** Strings of JavaScript end here (2^29 - 24 characters), so files of more bytes are refused. */
const limitBytes = 0x1fffffe8;
const newline = 0x0a;

/** @throws UsageError for what is missing, unreadable, no regular file, too large, or not UTF-8 (with the line) */
export function historyText({ path, shownPath }: { readonly path: string; readonly shownPath: string }): string {
  const bytes = bytesOf(path, shownPath);
  if (!isUtf8(bytes)) {
    throw new UsageError(
      "broken-history",
      `${shownPath}, line ${lineOutsideUtf8(bytes)}: expected text in UTF-8, found other bytes`,
      "Name a history in one of the formats that --help lists, not compressed.",
    );
  }
  return bytes.toString("utf8");
}

function bytesOf(path: string, shownPath: string): Buffer {
  try {
    const status = statSync(path);
    // Not pipes or devices either: a thread that waits for one cannot be ended.
    if (!status.isFile())
      throw new UsageError("no-history", `${shownPath} is ${status.isDirectory() ? "a directory" : "no regular file"}.`, "Name the file of a history.");
    if (status.size > limitBytes)
      throw new UsageError(
        "large-history",
        `${shownPath} has ${status.size} bytes; at most ${limitBytes} can be read.`,
        "Cut the history by key, and check the parts.",
      );
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const reason = cause instanceof Error ? cause.message.replace(/, \w+ '.*$/, "") : String(cause);
    throw new UsageError("no-history", `${shownPath} cannot be read: ${reason}.`, "Check the path and its permissions.", { cause });
  }
}

/** UTF-8 never hides a newline inside a character, so every line can be looked at by itself. */
function lineOutsideUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}
