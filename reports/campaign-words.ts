// What a campaign came to, in sentences. The text report and the page say the same.
import type { CampaignCell, CampaignReport } from "./report.ts";
import { visible } from "./visible.ts";
import { counted, duration, grouped, listed } from "./words.ts";

/** E.g. `3 of 12 cells violated a promise; 1 is undecided; 14 of 14 planted bugs found (1,204 runs in 90 s).` */
export function campaignSentence(report: CampaignReport): string {
  const invalid = report.cells.filter((cell) => cell.verdict === "invalid");
  const unknownCount = report.cells.filter((cell) => cell.verdict === "unknown").length;
  const parts = [verdictPart(report, invalid)];
  if (unknownCount > 0) parts.push(`${counted(unknownCount, "cell is", "cells are")} undecided`);
  if (report.bugs.length > 0) parts.push(`${report.bugs.filter((bug) => bug.isFound).length} of ${counted(report.bugs.length, "planted bug")} found`);
  const runCount = report.cells.reduce((sum, cell) => sum + cell.runCount, 0) + report.bugs.reduce((sum, bug) => sum + bug.seedCount, 0);
  return `${parts.join("; ")} (${counted(runCount, "run")} in ${duration(report.elapsedMs)}${report.isInterrupted ? ", interrupted" : ""}).`;
}

function verdictPart(report: CampaignReport, invalid: readonly CampaignCell[]): string {
  const systems = systemsOf(report.cells);
  if (report.cells.length === 0) return "No correct system was run";
  if (invalid.length > 0) return `${listed(systemsOf(invalid))} broke a promise in ${invalid.length} of ${counted(report.cells.length, "cell")}`;
  if (report.cells.some((cell) => cell.verdict === "valid")) return `no violation by ${listed(systems)} in ${counted(report.cells.length, "cell")}`;
  return `nothing was decided about ${listed(systems)}`;
}

function systemsOf(cells: readonly CampaignCell[]): string[] {
  return [...new Set(cells.map((cell) => visible(cell.system)))].toSorted();
}

/** E.g. `40 runs, 1,600 ok, 220 faults in effect`. */
export function cellSummary(cell: CampaignCell): string {
  const violations = cell.invalidCount > 0 ? `, ${counted(cell.invalidCount, "violation")}` : "";
  const unknowns = cell.unknownCount > 0 ? `, ${grouped(cell.unknownCount)} unknown` : "";
  return `${counted(cell.runCount, "run")}${violations}${unknowns}, ${grouped(cell.okCount)} ok, ${counted(cell.effectiveFaultCount, "fault")} in effect`;
}
