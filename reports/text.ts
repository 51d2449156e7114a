// A run and a campaign as plain text, for terminals, logs and tickets. The verdict comes first, the line that repeats it last.
import { worstClaim, type LinearizationStep, type ShownFact, type ShownOperation } from "../harness/verdict.ts";
import type { Finding } from "./findings.ts";
import type { BugScore, CampaignCell, CampaignReport, RunReport } from "./report.ts";
import { campaignSentence, cellSummary } from "./campaign-words.ts";
import { sentence, storyOf } from "./story.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";
import { counted, duration, grouped, listed, moment, verdictIcon, verdictLabel } from "./words.ts";

/** Colours a piece of text; the identity for files. Handed in, so that reports know nothing of terminals. */
export type Paint = (style: "good" | "bad" | "doubtful" | "faint" | "strong", text: string) => string;

const plain: Paint = (_style, text) => text;
const shownFindings = 3;
const shownSteps = 12;
const shownCells = 20;
const cellOrder: readonly CampaignCell["verdict"][] = ["invalid", "unknown", "not-exercised", "valid"];
const styles = { valid: "good", invalid: "bad", unknown: "doubtful", "not-exercised": "faint" } as const;

/** The whole story of a run; ends with the line that repeats it. */
export function runText(report: RunReport, paint: Paint = plain): string {
  const story = storyOf(report);
  const { verdict } = report.result;
  const lines = [paint(styles[verdict.verdict], `${verdictIcon[verdict.verdict]} ${story.headline}`), ""];
  for (const claim of story.promised) lines.push(`${paint("strong", "promised")}  ${visible(claim.id)}: ${visible(claim.text, 2000)}`);
  lines.push(...story.seen.map((seen) => `${paint("strong", "seen    ")}  ${seen}`));
  if (verdict.verdict !== "valid") lines.push(...story.faults.map((fault) => `${paint("strong", "fault   ")}  ${fault}`));
  if (report.bug !== undefined)
    lines.push(`${paint("strong", "bug     ")}  ${sentence(visible(report.bug.text, 2000))} Imitates ${sentence(visible(report.bug.imitates, 2000))}`);
  for (const finding of story.findings.slice(0, shownFindings)) lines.push("", ...findingLines(finding, paint));
  if (story.findings.length > shownFindings) lines.push("", `  ... and ${counted(story.findings.length - shownFindings, "more finding")}: see the report.`);
  lines.push("", ...claimLines(report, paint), "", ...statisticsLines(report));
  if (report.shrink !== undefined) lines.push(shrinkLine(report.shrink));
  lines.push("");
  if (report.pagePath !== undefined) lines.push(`${paint("strong", "report  ")}  ${report.pagePath}`);
  lines.push(`${paint("strong", "again   ")}  ${report.repeatLine}`);
  return `${lines.join("\n")}\n`;
}

/** One finding: its operations in order of invocation, `>` before those that cannot be. */
function findingLines(finding: Finding, paint: Paint): string[] {
  const lines = [paint("strong", `  ${visible(finding.title)}`)];
  if (finding.operations.length > 0) lines.push(...operationTable(finding));
  if (finding.facts.length > 0) lines.push(...factTable(finding.facts));
  if (finding.steps.length > 0) lines.push(...stepLines(finding.initialState, finding.steps));
  return [...lines, ...finding.notes.map((note) => `    ${visible(note, 2000)}`)];
}

function operationTable(finding: Finding): string[] {
  const rows = finding.operations.map((operation) => [
    finding.marked.has(operation.id) ? ">" : "",
    `#${operation.id}`,
    clientOf(operation),
    moment(operation.invokedNs),
    operation.completedNs === null ? "never" : moment(operation.completedNs),
    operation.type,
    visible(`${operation.text} ${operation.result}`.trim()),
  ]);
  return table([["", "id", "client", "from", "to", "", "operation"], ...rows], { indent: "    ", rightAligned: [3, 4] });
}

function clientOf(operation: ShownOperation): string {
  return operation.node === undefined ? `p${operation.process}` : `p${operation.process} at ${visible(operation.node)}`;
}

function factTable(facts: readonly ShownFact[]): string[] {
  const rows = facts.map((fact) => [moment(fact.timeNs), visible(fact.node), visible(fact.kind), visible(fact.text)]);
  return table([["at", "node", "fact", ""], ...rows], { indent: "    ", rightAligned: [0] });
}

function stepLines(initialState: string, steps: readonly LinearizationStep[]): string[] {
  const hiddenCount = Math.max(0, steps.length - shownSteps);
  const rows = steps.slice(hiddenCount).map((step) => [`#${step.operation}`, visible(step.text), `state ${visible(step.stateAfter)}`]);
  const before = hiddenCount > 0 ? [`    ... ${counted(hiddenCount, "step")} before`] : [`    state at first: ${visible(initialState)}`];
  return [...before, ...table(rows, { indent: "    " })];
}

function claimLines(report: RunReport, paint: Paint): string[] {
  const rows = report.result.verdict.claims.map((claim) => {
    const words = report.claims.find((promised) => promised.id === claim.id)?.text ?? "";
    return [verdictLabel(claim.verdict), visible(claim.id), visible(claim.verdict === "valid" ? words : claim.why, 160)];
  });
  return [paint("strong", "  claims"), ...table(rows, { indent: "    " })];
}

function statisticsLines(report: RunReport): string[] {
  const { statistics, plan } = report.result;
  const { okCount, failCount, infoCount, runMs, cluster } = statistics;
  const faults = Object.entries(statistics.faults).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const faultText = faults.map(
    ([kind, count]) => `${visible(kind)} ${count.effectiveCount}/${count.injectedCount}${count.skippedCount > 0 ? ` (${count.skippedCount} skipped)` : ""}`,
  );
  return [
    `  ${counted(okCount + failCount + infoCount, "operation")}: ${okCount} ok, ${failCount} fail, ${infoCount} info; ${duration(runMs)} ${plan.runtime === "simulation" ? "of virtual time" : ""}`.trimEnd(),
    `  faults in effect/injected: ${faultText.length === 0 ? "none" : faultText.join(", ")}`,
    ...deathLines(report),
    `  plan: ${visible(plan.workload)} on ${counted(plan.nodes, "node")}, ${counted(plan.clients, "client")}, nemeses ${listed(plan.nemeses.map((name) => visible(name))) || "none"}${plan.runtime === "simulation" ? "" : `, runtime ${plan.runtime}`}, seed ${visible(plan.seed)}${cluster.traceHash === undefined ? "" : `, trace ${cluster.traceHash}`}`,
  ];
}

/** Nodes that died though no fault did it: nobody should have to find that in the history. */
function deathLines({ result }: RunReport): string[] {
  const deaths = result.history.facts.filter(({ kind }) => kind === "node.died");
  const [first] = deaths;
  if (first === undefined) return [];
  const { reason: words } = first.data;
  const reason = visible(typeof words === "string" ? words : "no reason known", 160);
  return [`  died without a fault: ${counted(deaths.length, "time")}, first ${visible(first.node)}: ${reason}`];
}

function shrinkLine(shrink: NonNullable<RunReport["shrink"]>): string {
  const { operationsBefore, operationsAfter, faultsBefore, faultsAfter, runCount, elapsedMs } = shrink;
  return `  made smaller: ${operationsBefore} -> ${counted(operationsAfter, "operation")}, ${faultsBefore} -> ${counted(faultsAfter, "fault")}, by ${counted(runCount, "run")} in ${duration(elapsedMs)}`;
}

/** A campaign: its verdict, its matrix, what was broken, the planted bugs. */
export function campaignText(report: CampaignReport, paint: Paint = plain): string {
  const lines = [paint(styles[report.verdict], `${verdictIcon[report.verdict]} ${campaignSentence(report)}`), ""];
  if (report.cells.length > 0) lines.push(...designTable(report.cells), "");
  const doubtful = report.cells.filter((cell) => cell.verdict !== "valid").toSorted((a, b) => cellOrder.indexOf(a.verdict) - cellOrder.indexOf(b.verdict));
  const rows = doubtful
    .slice(0, shownCells)
    .map((cell) => [
      verdictLabel(cell.verdict),
      visible(`${cell.system} ${cell.variant}`),
      visible(cell.workload),
      visible(cell.nemesis),
      cellSummary(cell),
      visible(cell.why, 120),
    ]);
  if (rows.length > 0) lines.push("  cells that are not valid", ...table(rows, { indent: "    " }));
  if (doubtful.length > 0) lines.push(...(doubtful.length > shownCells ? [`    ... and ${counted(doubtful.length - shownCells, "more cell")}`] : []), "");
  const claims = report.claims.filter((claim) => claim.verdict !== "valid");
  const claimRows = claims.map((claim) => [
    verdictLabel(claim.verdict),
    visible(`${claim.system} ${claim.id}`),
    visible(claim.verdict === "invalid" ? claim.text : claim.why, 160),
  ]);
  const keptCount = report.claims.length - claims.length;
  if (report.claims.length > 0) lines.push(`  ${counted(keptCount, "claim")} of ${report.claims.length} kept`, ...table(claimRows, { indent: "    " }), "");
  lines.push(...bugLines(report.bugs));
  if (report.pagePath !== undefined) lines.push(`${paint("strong", "report  ")}  ${report.pagePath}`);
  for (const cell of report.cells)
    if (cell.verdict === "invalid" && cell.repeatLine !== undefined) lines.push(`${paint("strong", "again   ")}  ${cell.repeatLine}`);
  return `${lines.join("\n").trimEnd()}\n`;
}

/** A row a design: its worst cell, and all its cells together. */
function designTable(cells: readonly CampaignCell[]): string[] {
  const designs = [...Map.groupBy(cells, (cell) => `${cell.system} ${cell.variant}`)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = designs.map(([name, own]) => {
    const total = (of: (cell: CampaignCell) => number): string => grouped(own.reduce((sum, cell) => sum + of(cell), 0));
    return [
      verdictLabel(worstClaim(own.map((cell) => cell.verdict))),
      visible(name),
      grouped(own.length),
      total((cell) => cell.runCount),
      total((cell) => cell.invalidCount),
      total((cell) => cell.unknownCount),
      total((cell) => cell.okCount),
      total((cell) => cell.effectiveFaultCount),
    ];
  });
  return table([["", "system", "cells", "runs", "violations", "unknown", "ok operations", "faults in effect"], ...rows], {
    indent: "  ",
    rightAligned: [2, 3, 4, 5, 6, 7],
  });
}

/** The planted bugs, found or missed, as a table. */
export function bugLines(bugs: readonly BugScore[]): string[] {
  if (bugs.length === 0) return [];
  const foundCount = bugs.filter((bug) => bug.isFound).length;
  const rows = bugs.map((bug) => [
    bug.isFound ? "✓ found" : "✗ MISSED",
    visible(`${bug.system} ${bug.name}`),
    visible(bug.expectedClaim),
    `${bug.foundCount} of ${counted(bug.seedCount, "run")}`,
    visible(bug.isFound ? "" : bug.why, 160),
  ]);
  return [`  planted bugs found: ${foundCount} of ${bugs.length}`, ...table(rows, { indent: "    " }), ""];
}
