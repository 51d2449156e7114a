// Which format a history file is in, seen from its beginning. For `readHistory`.
import { UsageError } from "../../harness/errors.ts";
import { brokenHistory, shownText } from "./broken-history.ts";
import { EdnReader } from "./edn-reader.ts";
import { memberOf } from "./form.ts";
import type { HistoryFormat } from "./history-format.ts";
import { JsonReader } from "./json-reader.ts";

/** What each format begins with, for the message that nothing fits. */
const beginnings: Readonly<Record<HistoryFormat, string>> = {
  "jepsen-edn": "{:process or a list of such maps",
  "jepsen-json": '{"process" or an array of such objects',
  "porcupine-etcd": "INFO  jepsen.util - PROCESS",
  "porcupine-kv": "{:process with a :key among the members",
  hard: "i ID PROCESS",
  faultline: '{"schema":"faultline/history/1"',
};

/**
 * Decided by the first line or form; the rest may still be broken.
 * @throws UsageError that names what was seen and the candidates if nothing fits, or the line if not even the beginning is whole
 */
export function detectFormat(text: string): HistoryFormat {
  const whole = text.startsWith("\ufeff") ? text.slice(1) : text;
  const start = firstContent(whole);
  const head = whole.slice(start, start + 200);
  if (head === "") throw brokenHistory(1, "at least one operation", "");
  if (/^(?:INFO|WARN|ERROR)\s+\S+ - /.test(head)) return "porcupine-etcd";
  if (/^[io]\s+\S+\s/.test(head)) return "hard";
  if (/^\{\s*"/.test(head)) return hasSchema(whole) ? "faultline" : "jepsen-json";
  if (/^\[\s*\{\s*"/.test(head)) return "jepsen-json";
  if (/^[[(][\s,]*[{#;]/.test(head) || /^#[A-Za-z_]/.test(head)) return "jepsen-edn";
  if (/^\{[\s,]*:/.test(head)) return hasKeyMember(whole) ? "porcupine-kv" : "jepsen-edn";
  const candidates = Object.entries(beginnings).map(([format, beginning]) => `${format} (${beginning})`);
  throw new UsageError(
    "unknown-format",
    `No format of histories begins with ${shownText(head.split("\n")[0] ?? "")}; the formats are ${candidates.join(", ")}.`,
    "Check whether it is the right file, or name its format with --format.",
  );
}

/** Behind blanks and the comments of EDN. */
function firstContent(text: string): number {
  let at = 0;
  for (;;) {
    while (at < text.length && " \t\r\n,".includes(text.charAt(at))) at++;
    if (text[at] !== ";") return at;
    const end = text.indexOf("\n", at);
    at = end < 0 ? text.length : end;
  }
}

function hasSchema(text: string): boolean {
  const first = new JsonReader(text).next();
  return first?.kind === "map" && memberOf(first, "schema") !== undefined;
}

/** Jepsen has the key inside of the value. */
function hasKeyMember(text: string): boolean {
  const first = new EdnReader(text).next();
  return first?.kind === "map" && memberOf(first, "key") !== undefined;
}
