// What one looks up only sometimes: logs, the plan, the machine. Folded, but readable without JavaScript.
import type { LogLine } from "../../harness/runtime.ts";
import type { RunReport } from "../report.ts";
import { counted, moment } from "../words.ts";
import { markup, type Markup } from "./markup.ts";

const shownLines = 2000;

/** The newest lines; the harness keeps a bounded number a node. */
export function logSection(logs: readonly LogLine[]): Markup {
  const lines = logs
    .slice(-shownLines)
    .map(
      ({ timeNs, node, incarnation, level, message, data }) =>
        markup`${moment(timeNs).padStart(10)} ${node}.${incarnation} ${level.padEnd(5)} ${message.replaceAll("\n", " ⏎ ")}${data === undefined ? "" : ` ${JSON.stringify(data)}`}\n`,
    );
  const hiddenCount = logs.length - lines.length;
  const body =
    logs.length === 0
      ? markup`<p class="quiet">No node wrote a log line.</p>`
      : markup`${hiddenCount > 0 ? markup`<p class="quiet">${counted(hiddenCount, "older line")} in the files of the run.</p>` : undefined}<pre tabindex="0">${lines}</pre>`;
  return markup`<section aria-labelledby="logs"><h2 id="logs">Logs</h2><details><summary>${counted(logs.length, "line")}</summary>${body}</details></section>`;
}

/** The plan with the script that was really run: all that a replay needs. */
export function planSection(report: RunReport): Markup {
  return markup`<section aria-labelledby="plan"><h2 id="plan">Plan</h2><details><summary>plan.json</summary><p><button type="button" data-copy="plan-json" hidden>copy</button></p><pre id="plan-json" tabindex="0">${jsonLines(report.result.plan)}</pre></details></section>`;
}

/** Line by line, because one text in a page is cut at a few thousand characters and a plan must stay whole. */
function jsonLines(value: unknown): Markup[] {
  return JSON.stringify(value, null, 2)
    .split("\n")
    .map((line) => markup`${line}\n`);
}

/** Versions and machine. */
export function environmentSection(environment: Readonly<Record<string, string>>): Markup {
  const rows = Object.entries(environment).map(([name, value]) => markup`<tr><th scope="row">${name}</th><td class="mono">${value}</td></tr>\n`);
  return markup`<section aria-labelledby="environment"><h2 id="environment">Environment</h2><div class="scroll"><table><tbody>\n${rows}</tbody></table></div></section>`;
}
