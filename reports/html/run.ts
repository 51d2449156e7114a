// The page of one run, a single file: verdict and witness first and without JavaScript, then everything one may want to look up.
import { faultIntervals, nodeTroubles } from "../fault-intervals.ts";
import type { RunReport } from "../report.ts";
import { sentence, storyOf, type Story } from "../story.ts";
import { visible } from "../visible.ts";
import { verdictIcon, verdictLabel } from "../words.ts";
import { packOperations, phases } from "./columns.ts";
import { logSection, planSection, environmentSection } from "./run-appendix.ts";
import { claimSection, statisticsSection } from "./run-numbers.ts";
import { findingSections } from "./run-findings.ts";
import { markup, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import { runScript } from "./script-run.ts";

/** Complete HTML of a run. Asynchronous only because streams that compress are. */
export async function runPage(report: RunReport): Promise<string> {
  const story = storyOf(report);
  return page({
    title: `${verdictIcon[report.result.verdict.verdict]} ${report.result.plan.system} ${report.id}`,
    script: runScript,
    data: { "run-data": await runData(report, story) },
    body: [
      header(report, story),
      ...findingSections(report, story),
      claimSection(report),
      timelineSection(report),
      statisticsSection(report),
      operationSection(),
      logSection(report.result.logs),
      planSection(report),
      environmentSection(report.environment),
    ],
  });
}

function header(report: RunReport, story: Story): Markup {
  const { plan, verdict } = report.result;
  const word = verdict.verdict;
  const rows: (readonly [string, string])[] = [
    ...story.promised.map((claim) => ["Promised", `${claim.id}: ${claim.text}`] as const),
    ...story.seen.map((text) => [word === "invalid" ? "Seen" : "Why", text] as const),
    ...(word === "valid" ? [] : story.faults.map((text) => ["Fault in force", text] as const)),
    ...(report.bug === undefined
      ? []
      : [["Planted bug", `${report.bug.name}: ${sentence(report.bug.text)} Imitates ${sentence(report.bug.imitates)}`] as const]),
  ];
  return markup`<header>
<p><span class="badge ${word}">${verdictLabel(word)}</span> <span class="subtitle">${subtitle(report)}</span></p>
<h1>${story.headline}</h1>
<dl class="story ${word}">
${rows.map(([name, text]) => markup`<dt>${name}</dt><dd>${text}</dd>\n`)}<dt>See it again</dt><dd class="repeat"><code id="repeat-line">${report.repeatLine}</code> <button type="button" data-copy="repeat-line" hidden>copy</button></dd>
</dl>
${shrinkSentence(report)}<p class="quiet">${sentence(report.systemText)} Seed ${plan.seed}.</p>
</header>`;
}

function subtitle(report: RunReport): string {
  const { plan } = report.result;
  const parts = [
    plan.system,
    plan.variant,
    plan.bug === undefined ? undefined : `bug ${plan.bug}`,
    `workload ${plan.workload}`,
    plan.nemeses.length === 0 ? "no nemesis" : plan.nemeses.join(" + "),
    plan.runtime,
    report.id,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

function shrinkSentence(report: RunReport): Markup | undefined {
  if (report.shrink === undefined) return undefined;
  const { operationsBefore, operationsAfter, faultsBefore, faultsAfter, runCount } = report.shrink;
  return markup`<p class="quiet">This is the smallest run found that fails in the same way: ${operationsBefore} operations became ${operationsAfter}, ${faultsBefore} faults became ${faultsAfter}, by ${runCount} more runs.</p>\n`;
}

function timelineSection(report: RunReport): Markup {
  const { statistics } = report.result;
  const total = statistics.okCount + statistics.failCount + statistics.infoCount;
  return markup`<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
<noscript><p class="quiet">The timeline and the table of operations need JavaScript. All else on this page does without.</p></noscript>
<div data-needs-script hidden>
<div class="controls"><button type="button" data-zoom-in>zoom in ]</button><button type="button" data-zoom-out>zoom out [</button><button type="button" data-zoom-all>all</button><button type="button" data-error>✗ next impossible operation (e)</button></div>
<div class="scroll"><canvas id="timeline-canvas" role="img" aria-label="Timeline of ${total} operations by client, with nodes and faults; the same operations are in the table below"></canvas></div>
<p class="legend">Operations: full bar ✓ ok, thin line with a stop ✗ fail, hollow bar ? info (open: nobody can tell). Nodes: line = up; solid box ✗ down, dotted box ‖ paused, dashed box ⇹ cut off. Bands ⚡ are faults. Drag to move, Shift and wheel to zoom, click an operation to see it in the table; keys j and k: next and previous operation.</p>
</div>
</section>`;
}

function operationSection(): Markup {
  const heads = ["#", "client", "node", "began", "took", "outcome", "operation", "result", "phase"];
  return markup`<section id="operations" aria-labelledby="operations-title">
<h2 id="operations-title">Operations</h2>
<div data-needs-script hidden>
<div class="controls"><input type="search" data-search aria-label="Filter operations by text, node or client" placeholder="text, node or p3"><select data-type aria-label="Outcome"><option value="">all outcomes</option><option>ok</option><option>fail</option><option>info</option></select><button type="button" data-previous>previous</button><button type="button" data-next>next</button><span class="quiet" data-count role="status"></span></div>
<div class="scroll tall" tabindex="0" role="group" aria-label="Table of operations"><table><thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody></tbody></table></div>
</div>
</section>`;
}

/** Milliseconds; null where there is no end, since JSON has no Infinity. */
async function runData(report: RunReport, story: Story): Promise<object> {
  const { history, plan } = report.result;
  const { operations, faults } = history;
  const troubles = nodeTroubles(faults).map(({ node, trouble, fromNs, toNs }) => ({
    node: visible(node),
    trouble,
    fromMs: fromNs / 1e6,
    toMs: Number.isFinite(toNs) ? toNs / 1e6 : null,
  }));
  return {
    clients: plan.clients,
    nodes: nodesOf(report).map((node) => visible(node)),
    phases,
    endMs: history.length === 0 ? 0 : history.event(history.length - 1).timeNs / 1e6,
    faults: faultIntervals(faults).map(({ kind, fromNs, toNs }) => ({
      kind: visible(kind),
      fromMs: fromNs / 1e6,
      toMs: Number.isFinite(toNs) ? toNs / 1e6 : null,
    })),
    troubles,
    marked: [...new Set(story.findings.flatMap((finding) => [...finding.marked]))].toSorted((a, b) => a - b),
    operations: await packOperations(operations),
  };
}

/** All that the record speaks of, clients' hosts aside. */
function nodesOf(report: RunReport): string[] {
  const { history, logs } = report.result;
  const names = [
    ...history.operations.flatMap((operation) => operation.node ?? []),
    ...history.faults.flatMap((fault) => fault.victims),
    ...history.facts.map((fact) => fact.node),
    ...logs.map((line) => line.node),
  ];
  return [...new Set(names)].filter((name) => name !== "" && !name.startsWith("client-")).toSorted();
}
