// The answer of `check FILE` for people: the verdict first, then who decided and what it cost, then the proof.
import { visible, type Paint } from "../../reports/index.ts";
import { countOf } from "../../checkers/shown.ts";
import { lanes } from "./lanes.ts";
import type { CheckResult } from "./result.ts";

const marks = { valid: "✓", invalid: "✗", unknown: "?" } as const;
const styles = { valid: "good", invalid: "bad", unknown: "doubtful" } as const;
const maximalAlgorithmLength = 600;

export function checkText(result: CheckResult, paint: Paint): string {
  const { verdict, why } = result;
  const head = `${paint(styles[verdict], `${marks[verdict]} ${verdict}`)}: ${visible(why, 2000)}.`;
  const facts = factsOf(result).map(([name, value]) => `${paint("faint", name.padEnd(10))}  ${value}`);
  const parts = [head, facts.join("\n"), ...witnessText(result)];
  return `${parts.join("\n\n")}\n`;
}

function factsOf(result: CheckResult): (readonly [name: string, value: string])[] {
  const { size, algorithms, whyThose, milliseconds, peakMemoryBytes, steps, configurations, deepest, threadCount } = result;
  const algorithm = whyThose === "" ? algorithms.join(", ") : whyThose.replace(/^decided by /, "");
  const effort = `${countOf(steps, "step")}, ${countOf(configurations, "configuration")} remembered, ${countOf(deepest, "operation")} deep${threadCount === 1 ? "" : `, ${threadCount} threads`}`;
  return [
    ...(algorithm === "" ? [] : [["algorithm", visible(algorithm, maximalAlgorithmLength)] as const]),
    ...(size === undefined ? [] : [["history", sizeText(result, size)] as const]),
    ...(steps === 0 ? [] : [["effort", effort] as const]),
    ["time", `${shownMs(milliseconds)} (deciding, without start and reading)`],
    ["memory", `${(peakMemoryBytes / 1024 ** 2).toFixed(0)} MB resident at most`],
  ];
}

function sizeText({ verdict, partitionsDecided }: CheckResult, size: NonNullable<CheckResult["size"]>): string {
  const decided = verdict === "unknown" ? ` (${partitionsDecided} decided)` : "";
  return `${countOf(size.operations, "operation")}, ${size.indeterminate} of unknown outcome, in ${countOf(size.partitions, "partition")}${decided}; format ${size.format}`;
}

function shownMs(milliseconds: number): string {
  return milliseconds < 10
    ? `${milliseconds.toFixed(2)} ms`
    : milliseconds < 10_000
      ? `${milliseconds.toFixed(0)} ms`
      : `${(milliseconds / 1000).toFixed(1)} s`;
}

function witnessText({ violation }: CheckResult): string[] {
  if (violation === undefined || violation.witness === null) return [];
  const where = violation.partition === "" ? "" : ` on ${visible(violation.partition, 200)}`;
  const lines = lanes(violation.witness).map((line) => `  ${line}`);
  return [`the smallest contradiction${where}, in order of invocation; none of these can be left out:\n${lines.join("\n")}`];
}
