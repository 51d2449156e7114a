// The scoreboard as a page, docs/scoreboard.md: generated, never edited. For the job that measures and whoever reads it.
import { isAsExpected, type ScoreRow } from "./scoreboard.ts";

export interface ScoreboardOrigin {
  readonly commit: string;
  readonly nodeVersion: string;
  /** The command that measures again. */
  readonly command: string;
  readonly seedBase: string;
}

/** @param rows of bugs and of correct systems, in the order in which they are to be shown */
export function scoreboardMarkdown(rows: readonly ScoreRow[], origin: ScoreboardOrigin): string {
  const bugs = rows.filter((row) => row.record.bug !== undefined);
  const correct = rows.filter((row) => row.record.bug === undefined);
  const found = bugs.filter(isAsExpected).length;
  return [
    "# Scoreboard",
    "",
    "<!-- Generated; do not edit. -->",
    "",
    `${found} of ${bugs.length} planted bugs found by the claim that must accuse them; ${sum(correct.map((row) => row.foundCount))} false alarms in ${sum(correct.map((row) => row.countedCount))} counted seeds of the correct systems.`,
    "",
    `Measured at commit ${cell(origin.commit)} with Node ${cell(origin.nodeVersion)}, seed base ${cell(origin.seedBase)}: \`${origin.command.replaceAll("`", "")}\`.`,
    "",
    "## Planted bugs",
    "",
    ...table(
      [
        "Bug",
        "System",
        "Nemeses",
        "Difficulty",
        "Must be accused by",
        "Accused first by",
        "Found / seeds",
        "Per seed (95 %)",
        "Median seeds",
        "Median s (one core)",
        "Shrunk to (operations + faults)",
        "Shrink s",
      ],
      bugs.map(bugCells),
    ),
    "",
    "A bug counts as found in a seed only if the claim that must accuse it is violated there. The search is the same for every bug and for the correct system. The interval is Wilson's; the share is of all seeds, also of those in which little happened. Medians take searches that were cut off into account (Kaplan and Meier); `-` means that too few ended to tell.",
    "",
    "## Correct systems",
    "",
    ...table(
      ["System", "Nemeses", "Seeds", "Counted", "False alarms", "Rate below (95 %)"],
      correct.map((row) => [
        design(row),
        row.record.nemeses,
        String(row.runCount),
        String(row.countedCount),
        String(row.foundCount),
        row.falseAlarmBound === undefined ? "-" : percent(row.falseAlarmBound),
      ]),
    ),
    "",
    "A seed counts with at least 20 ok operations and one fault that had an effect. No alarm in n counted seeds bounds the rate below 3/n.",
    "",
    "## What the searches did",
    "",
    ...table(
      ["System", "Bug", "Nemeses", "Median ok operations", "Median faults in effect", "Median faults skipped", "Counted / seeds"],
      rows.map((row) => [
        design(row),
        row.record.bug?.name ?? "none",
        row.record.nemeses,
        number(row.medianOk),
        number(row.medianEffective),
        number(row.medianSkipped),
        `${row.countedCount} / ${row.runCount}`,
      ]),
    ),
    "",
  ].join("\n");
}

function bugCells(row: ScoreRow): readonly string[] {
  const { bug } = row.record;
  const first = row.detectors[0];
  const accuser =
    first === undefined
      ? "nobody"
      : first[0] === bug?.accusedBy
        ? first[0]
        : `**${first[0]}** (${row.detectors.map(([claim, count]) => `${claim} ${count}`).join(", ")})`;
  return [
    `${bug?.name ?? ""} (${bug?.id ?? ""})`,
    design(row),
    row.record.nemeses,
    bug?.difficulty ?? "",
    bug?.accusedBy ?? "",
    accuser,
    row.foundCount === 0 ? `**0** / ${row.runCount}` : `${row.foundCount} / ${row.runCount}`,
    `${percent(row.interval.low)} to ${percent(row.interval.high)}`,
    number(row.medianSeeds),
    number(row.medianSeconds),
    row.medianShrunk === undefined ? "-" : `${number(row.medianShrunk.operations)} + ${number(row.medianShrunk.faults)}`,
    number(row.medianShrunk?.seconds),
  ];
}

function design({ record }: ScoreRow): string {
  return `${record.system} ${record.variant}${record.runtime === "simulation" ? "" : ` (${record.runtime})`}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [header, header.map(() => "---"), ...rows.map((row) => row.map(cell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

/** At most three significant digits. */
function number(value: number | undefined): string {
  return value === undefined ? "-" : String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
