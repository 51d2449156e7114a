// Lines of the formats that have no closing bracket, in which a cut shows only by the missing end of the last line.
import { brokenHistory } from "./broken-history.ts";

/**
 * The lines without their ends (`\n` or `\r\n`).
 * @throws UsageError if something follows the last end: `o 1 ok 3` may once have been `o 1 ok 35`
 */
export function completeLines(text: string): string[] {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  if (rest.trim() !== "") throw brokenHistory(lines.length + 1, "the end of the line (the file is cut off)", rest);
  return lines;
}
