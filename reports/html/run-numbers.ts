// The claims of a run with their verdicts, and its numbers.
import { faultIntervals } from "../fault-intervals.ts";
import { actionMeasures, availabilities } from "../measures.ts";
import type { RunReport } from "../report.ts";
import { duration, grouped, verdictIcon, verdictLabel } from "../words.ts";
import { markup, type Insert, type Markup } from "./markup.ts";

/** Every claim of the system that applies, with what became of it. */
export function claimSection(report: RunReport): Markup {
  const rows = report.result.verdict.claims.map((claim) => {
    const promised = report.claims.find((candidate) => candidate.id === claim.id);
    return markup`<tr><td class="tight ${claim.verdict}">${verdictLabel(claim.verdict)}</td><td class="tight">${claim.id}</td><td class="prose">${promised?.text}</td><td class="prose">${claim.why}</td></tr>\n`;
  });
  return markup`<section aria-labelledby="claims"><h2 id="claims">Claims</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Claims"><table><thead><tr><th scope="col">verdict</th><th scope="col">claim</th><th scope="col">promise</th><th scope="col">why</th></tr></thead><tbody>\n${rows}</tbody></table></div></section>`;
}

/** Counts, availability, latencies, faults with their effects. */
export function statisticsSection(report: RunReport): Markup {
  const { statistics, history, plan } = report.result;
  const numbers: (readonly [string, string])[] = [
    [grouped(statistics.okCount), `${verdictIcon.valid} ok`],
    [grouped(statistics.failCount), `${verdictIcon.invalid} fail`],
    [grouped(statistics.infoCount), `${verdictIcon.unknown} info`],
    [duration(statistics.runMs), plan.runtime === "simulation" ? "virtual time" : "run time"],
    [grouped(statistics.cluster.messageCount), "messages"],
    [grouped(statistics.cluster.eventCount), "events"],
    ...(statistics.cluster.traceHash === undefined ? [] : [[statistics.cluster.traceHash, "trace hash"] as const]),
  ];
  return markup`<section aria-labelledby="statistics"><h2 id="statistics">Statistics</h2>
<div class="numbers">${numbers.map(([value, name]) => markup`<div><b>${value}</b><span>${name}</span></div>`)}</div>
<h3>Faults</h3>${faultTable(report)}
<h3>Availability</h3>${availabilityTable(report)}
<h3>Latency of ok operations</h3>${latencyTable(report)}
${checkerNumbers(report)}${history.isCut ? markup`<p class="unknown">? The record was cut off before the run ended.</p>` : undefined}</section>`;
}

function faultTable(report: RunReport): Markup {
  const kinds = Object.entries(report.result.statistics.faults).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (kinds.length === 0) return markup`<p class="quiet">No faults.</p>`;
  return numberTable(
    ["kind", "injected", "in effect", "skipped"],
    kinds.map(([kind, count]) => [kind, count.injectedCount, count.effectiveCount, count.skippedCount]),
    "Faults by kind",
  );
}

function availabilityTable(report: RunReport): Markup {
  const { history } = report.result;
  const rows = availabilities(history.operations, faultIntervals(history.faults)).map(({ name, okCount, totalCount }) => [
    name,
    `${((100 * okCount) / totalCount).toFixed(1)} %`,
    grouped(okCount),
    grouped(totalCount),
  ]);
  return rows.length === 0 ? markup`<p class="quiet">No operations.</p>` : numberTable(["operations", "share ok", "ok", "all"], rows, "Availability");
}

function latencyTable(report: RunReport): Markup {
  const rows = actionMeasures(report.result.history.operations).map(({ name, okCount, failCount, infoCount, latency }) => {
    const times = latency === undefined ? ["", "", ""] : [latency.medianMs, latency.p99Ms, latency.maximumMs].map(duration);
    return [name, grouped(okCount), grouped(failCount), grouped(infoCount), ...times];
  });
  return rows.length === 0
    ? markup`<p class="quiet">No operations.</p>`
    : numberTable(["action", "ok", "fail", "info", "median", "p99", "maximum"], rows, "Latency by action");
}

function checkerNumbers(report: RunReport): Markup | undefined {
  const entries = Object.entries(report.result.verdict.statistics);
  if (entries.length === 0) return undefined;
  return markup`<details><summary>Numbers of the checker</summary><pre>${JSON.stringify(report.result.verdict.statistics, null, 2)}</pre></details>`;
}

/** The first column names, all others are numbers. */
function numberTable(heads: readonly string[], rows: readonly (readonly Insert[])[], label: string): Markup {
  const [first, ...others] = heads;
  const body = rows.map(
    ([name, ...values]) => markup`<tr><th scope="row">${name}</th>${values.map((value) => markup`<td class="number">${value}</td>`)}</tr>\n`,
  );
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table><thead><tr><th scope="col">${first}</th>${others.map((head) => markup`<th scope="col" class="number">${head}</th>`)}</tr></thead><tbody>\n${body}</tbody></table></div>`;
}
