// The page of a campaign: one sentence, then the matrix of systems and nemeses with a link to the worst run of each cell,
// the claims, the planted bugs. Works without JavaScript.
import { worstClaim } from "../../harness/verdict.ts";
import { campaignSentence, cellSummary } from "../campaign-words.ts";
import type { CampaignCell, CampaignReport } from "../report.ts";
import { counted, duration, grouped, verdictIcon, verdictLabel } from "../words.ts";
import { markup, type Insert, type Markup } from "./markup.ts";
import { page } from "./page.ts";
import { environmentSection } from "./run-appendix.ts";
import { copyScript } from "./script-run.ts";

/** Complete HTML of a campaign. */
export function campaignPage(report: CampaignReport): string {
  return page({
    title: `${verdictIcon[report.verdict]} campaign ${report.id}`,
    script: `(function () {\n"use strict";\n${copyScript}})();\n`,
    data: {},
    body: [header(report), matrixSection(report), claimSection(report), bugSection(report), cellSection(report), environmentSection(report.environment)],
  });
}

function header(report: CampaignReport): Markup {
  const sum = (of: (cell: CampaignCell) => number): string => grouped(report.cells.reduce((total, cell) => total + of(cell), 0));
  const numbers: (readonly [string, string])[] = [
    [sum((cell) => cell.runCount), "runs of correct systems"],
    [sum((cell) => cell.okCount), "ok operations"],
    [sum((cell) => cell.effectiveFaultCount), "faults in effect"],
    [sum((cell) => cell.invalidCount), `${verdictIcon.invalid} violations`],
    [sum((cell) => cell.unknownCount), `${verdictIcon.unknown} unknown runs`],
    [duration(report.elapsedMs), "elapsed"],
  ];
  return markup`<header><p><span class="badge ${report.verdict}">${verdictLabel(report.verdict)}</span> <span class="subtitle">campaign ${report.id}${report.isInterrupted ? " · interrupted, partial results" : ""}</span></p>
<h1>${campaignSentence(report)}</h1><p>${report.why}</p>
<div class="numbers">${numbers.map(([value, name]) => markup`<div><b>${value}</b><span>${name}</span></div>`)}</div></header>`;
}

/** A row a system and variant, a column a nemesis; the workloads of a square are combined. */
function matrixSection(report: CampaignReport): Markup {
  const nemeses = [...new Set(report.cells.map((cell) => cell.nemesis))].toSorted();
  const systems = [...Map.groupBy(report.cells, (cell) => `${cell.system} ${cell.variant}`)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = systems.map(
    ([name, cells]) => markup`<tr><th scope="row">${name}</th>${nemeses.map((nemesis) => square(cells.filter((cell) => cell.nemesis === nemesis)))}</tr>\n`,
  );
  if (rows.length === 0) return markup`<section><h2>Matrix</h2><p class="quiet">No cell was run.</p></section>`;
  return section(
    "Matrix",
    markup`<div class="scroll" tabindex="0" role="group" aria-label="Systems by nemeses"><table class="matrix"><thead><tr><th scope="col">system</th>${nemeses.map((nemesis) => markup`<th scope="col">${nemesis}</th>`)}</tr></thead><tbody>\n${rows}</tbody></table></div>`,
  );
}

function square(cells: readonly CampaignCell[]): Markup {
  if (cells.length === 0) return markup`<td class="quiet">not run</td>`;
  const word = worstClaim(cells.map((cell) => cell.verdict));
  const worst = cells.find((cell) => cell.verdict === word && cell.worstRunPage !== undefined);
  const runs = counted(
    cells.reduce((sum, cell) => sum + cell.runCount, 0),
    "run",
  );
  return markup`<td>${linked(worst?.worstRunPage, markup`<span class="${word}">${verdictLabel(word)}</span>`)} <span class="quiet">${runs}</span></td>`;
}

/** Only pages of our own store: a relative path of plain names. Anything else stays text. */
function linked(path: string | undefined, text: Insert): Markup {
  return path !== undefined && /^(\.\.\/)*[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(path)
    ? markup`<a href="${path}">${text}</a>`
    : markup`${text}`;
}

function claimSection(report: CampaignReport): Markup | undefined {
  if (report.claims.length === 0) return undefined;
  const rows = report.claims.map(
    (claim) =>
      markup`<tr><td class="tight ${claim.verdict}">${verdictLabel(claim.verdict)}</td><td class="tight">${claim.system}</td><td class="tight">${claim.id}</td><td class="prose">${claim.text}</td><td class="number">${grouped(claim.exercisedCount)}</td><td class="number">${grouped(claim.violatedCount)}</td><td class="prose">${claim.why}</td></tr>\n`,
  );
  return section("Claims", dataTable(["verdict", "system", "claim", "promise", "exercised", "violated", "why"], rows));
}

function bugSection(report: CampaignReport): Markup | undefined {
  if (report.bugs.length === 0) return undefined;
  const rows = report.bugs.map((bug) => {
    const label = markup`<span class="${bug.isFound ? "valid" : "invalid"}">${bug.isFound ? "✓ found" : "✗ missed"}</span>`;
    return markup`<tr><td class="tight">${linked(bug.runPage, label)}</td><td class="tight">${bug.system}</td><td class="tight">${bug.name}</td><td class="prose">${bug.text}</td><td class="tight">${bug.expectedClaim}</td><td class="tight">${bug.accusedBy.join(", ")}</td><td class="number">${grouped(bug.foundCount)} of ${grouped(bug.seedCount)}</td><td class="prose">${bug.why}</td></tr>\n`;
  });
  const foundCount = report.bugs.filter((bug) => bug.isFound).length;
  return section(
    `Planted bugs: ${foundCount} of ${report.bugs.length} found`,
    dataTable(["", "system", "bug", "what is wrong", "must be accused by", "accused by", "runs", ""], rows),
  );
}

function cellSection(report: CampaignReport): Markup | undefined {
  if (report.cells.length === 0) return undefined;
  const order = [...report.cells].toSorted((a, b) => Number(a.verdict === "valid") - Number(b.verdict === "valid"));
  const rows = order.map((cell, index) => {
    const repeat =
      cell.repeatLine === undefined
        ? undefined
        : markup`<code id="repeat-${index}">${cell.repeatLine}</code> <button type="button" data-copy="repeat-${index}" hidden>copy</button>`;
    return markup`<tr><td class="tight ${cell.verdict}">${verdictLabel(cell.verdict)}</td><td class="tight">${cell.system} ${cell.variant}</td><td class="tight">${cell.workload}</td><td class="tight">${cell.nemesis}</td><td class="prose">${cellSummary(cell)}</td><td class="prose">${cell.why} ${repeat}</td></tr>\n`;
  });
  return section(
    "Cells",
    markup`<details><summary>${counted(report.cells.length, "cell")}, those that are not valid first</summary>${dataTable(["verdict", "system", "workload", "nemesis", "runs", "why"], rows)}</details>`,
  );
}

function section(title: string, body: Markup): Markup {
  return markup`<section aria-label="${title}"><h2>${title}</h2>${body}</section>`;
}

function dataTable(heads: readonly string[], rows: readonly Markup[]): Markup {
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>\n${rows}</tbody></table></div>`;
}
