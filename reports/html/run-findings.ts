// What backs the verdict: each finding as a picture and as a table. The first one is the smallest witness; more are folded.
import type { ShownFact, ShownOperation } from "../../harness/verdict.ts";
import { faultIntervals, type FaultInterval } from "../fault-intervals.ts";
import type { Finding } from "../findings.ts";
import type { RunReport } from "../report.ts";
import type { Story } from "../story.ts";
import { counted, moment, verdictIcon } from "../words.ts";
import { markup, type Markup } from "./markup.ts";
import { sequenceDiagram } from "./sequence-diagram.ts";

const openFindings = 1;
const shownFindings = 12;
const shownSteps = 200;

/** Nothing when there is no evidence. */
export function findingSections(report: RunReport, story: Story): Markup[] {
  const intervals = faultIntervals(report.result.history.faults);
  const isBroken = report.result.verdict.verdict === "invalid";
  const sections = story.findings.slice(0, shownFindings).map((finding, index) => {
    const body = findingBody(finding, intervals);
    if (index < openFindings && isBroken)
      return markup`<section aria-labelledby="finding-${index}"><h2 id="finding-${index}">${finding.title}</h2>\n${body}</section>\n`;
    return markup`<details><summary>${finding.title}</summary>\n${body}</details>\n`;
  });
  const hiddenCount = story.findings.length - sections.length;
  return hiddenCount > 0 ? [...sections, markup`<p class="quiet">${counted(hiddenCount, "more finding")} in verdict.json.</p>\n`] : sections;
}

function findingBody(finding: Finding, intervals: readonly FaultInterval[]): Markup {
  return markup`${finding.explanation === "" ? undefined : markup`<p>${finding.explanation}</p>\n`}${sequenceDiagram(finding, intervals)}
${finding.operations.length === 0 ? undefined : operationTable(finding)}${finding.facts.length === 0 ? undefined : factTable(finding.facts)}${finding.steps.length === 0 ? undefined : stepTable(finding)}${finding.notes.length === 0 ? undefined : markup`<ul>${finding.notes.map((note) => markup`<li>${note}</li>`)}</ul>`}`;
}

function operationTable(finding: Finding): Markup {
  const rows = finding.operations.map((operation) => {
    const isMarked = finding.marked.has(operation.id);
    return markup`<tr${isMarked ? markup` class="marked"` : undefined}><td class="tight">${isMarked ? `${verdictIcon.invalid} impossible` : ""}</td><td class="number">#${operation.id}</td><td class="tight">${clientOf(operation)}</td><td class="number">${moment(operation.invokedNs)}</td><td class="number">${operation.completedNs === null ? "never" : moment(operation.completedNs)}</td><td class="tight">${operation.type}</td><td class="mono">${operation.text} ${operation.result}</td></tr>\n`;
  });
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Operations of this finding"><table><thead><tr><th scope="col"></th><th scope="col">#</th><th scope="col">client</th><th scope="col">began</th><th scope="col">ended</th><th scope="col">outcome</th><th scope="col">operation</th></tr></thead><tbody>\n${rows}</tbody></table></div>\n`;
}

function clientOf(operation: ShownOperation): string {
  return operation.node === undefined ? `p${operation.process}` : `p${operation.process} at ${operation.node}`;
}

function factTable(facts: readonly ShownFact[]): Markup {
  const rows = facts.map(
    (fact) =>
      markup`<tr><td class="number">${moment(fact.timeNs)}</td><td class="tight">${fact.node}</td><td class="tight">${fact.kind}</td><td class="mono">${fact.text}</td></tr>\n`,
  );
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Facts of this finding"><table><thead><tr><th scope="col">at</th><th scope="col">node</th><th scope="col">fact</th><th scope="col">data</th></tr></thead><tbody>\n${rows}</tbody></table></div>\n`;
}

function stepTable(finding: Finding): Markup {
  const hiddenCount = Math.max(0, finding.steps.length - shownSteps);
  const rows = finding.steps
    .slice(hiddenCount)
    .map((step) => markup`<tr><td class="number">#${step.operation}</td><td class="mono">${step.text}</td><td class="mono">${step.stateAfter}</td></tr>\n`);
  const first = hiddenCount > 0 ? `${counted(hiddenCount, "step")} before` : finding.initialState;
  return markup`<div class="scroll tall" tabindex="0" role="group" aria-label="Order of operations with the states between them"><table><thead><tr><th scope="col">#</th><th scope="col">operation</th><th scope="col">state after it</th></tr></thead><tbody>\n<tr><td></td><td class="quiet">at first</td><td class="mono">${first}</td></tr>\n${rows}</tbody></table></div>\n`;
}
