// A grow-only set: what was added is there, once, and nothing else. For stores, broadcast, replicated sets.
//
// The element timeline of Jepsen's set-full checker, with two differences: duplicates are found (there the comparison is
// reversed and never true), and "lost" is decided by reads after healing only, so that a set that promises no more than
// to converge is not accused of being slow.
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Operation } from "../harness/operation.ts";
import type { Evidence, Verdict } from "../harness/verdict.ts";
import { broken, held, notExercised, shownViolationLimit, stopped, undecided, verdictOf, type Finding } from "./finding.ts";
import { countOf, shown } from "./shown.ts";

export type SetInput = { readonly f: "add"; readonly element: string } | { readonly f: "read" };
/** add: null; read: all elements that the answering node knows, in any order. */
export type SetOutput = null | readonly string[];
export type SetOperation = Operation<SetInput, SetOutput>;

const properties: readonly Property[] = [
  { id: "no-stale", text: "A read that begins after an element is known (its add was acknowledged, or a read showed it) shows the element." },
  { id: "no-lost", text: "Every known element is shown by at least one read after all faults have healed." },
  { id: "converged", text: "After all faults have healed, every read of every node shows every known element." },
  { id: "no-duplicated", text: "No read shows an element twice." },
  { id: "no-unexpected", text: "A read shows only elements that somebody had begun to add, and none whose add certainly failed." },
];

/**
 * Sound: an add counts as done only if it was ok, or from the completion of the first ok read that showed the element;
 * an indeterminate add may show up at any time or never; a read concurrent with all evidence of an element may miss it.
 * Complete for single elements; orders between elements are not looked at (that is linearizability).
 * Time O(total size of reads + n log n).
 */
export function setChecker(): Checker<SetInput, SetOutput> {
  return { name: "set", properties, check };
}

interface Element {
  readonly name: string;
  readonly adds: SetOperation[];
  /** Smallest position at which somebody could know that it is there; Infinity: never. */
  knownIndex: number;
  /** The operation that completed then. */
  witness: SetOperation | undefined;
}

interface Read {
  readonly operation: SetOperation;
  readonly elements: ReadonlySet<string>;
}

interface Problem {
  readonly element: string;
  readonly operations: readonly SetOperation[];
  readonly explanation: string;
}

function check(history: History<SetInput, SetOutput>, limits: Limits): Verdict {
  const reads = readsOf(history.operations);
  const stop = limits.spend(history.operations.length + reads.reduce((sum, read) => sum + read.elements.size, 0));
  if (stop !== undefined) return stopped(properties, stop);
  const elements = timelines(history.operations, reads);
  const finalReads = reads.filter((read) => read.operation.phase === "final");
  const findings = [
    staleFinding(elements, reads),
    lostFinding(elements, finalReads),
    convergedFinding(elements, finalReads),
    findingOf("no-duplicated", "duplicated", reads.flatMap(duplicates), reads.length),
    findingOf(
      "no-unexpected",
      "unexpected",
      reads.flatMap((read) => unexpected(read, elements)),
      reads.length,
    ),
  ];
  return verdictOf(findings, statisticsOf(elements, reads));
}

function readsOf(operations: readonly SetOperation[]): Read[] {
  return operations.flatMap((operation) =>
    operation.type === "ok" && operation.input.f === "read" ? [{ operation, elements: new Set(operation.output) }] : [],
  );
}

function timelines(operations: readonly SetOperation[], reads: readonly Read[]): Map<string, Element> {
  const elements = new Map<string, Element>();
  const timeline = (name: string): Element => {
    let element = elements.get(name);
    if (element === undefined) elements.set(name, (element = { name, adds: [], knownIndex: Infinity, witness: undefined }));
    return element;
  };
  for (const operation of operations) {
    if (operation.input.f !== "add") continue;
    const element = timeline(operation.input.element);
    element.adds.push(operation);
    if (operation.type === "ok") know(element, operation);
  }
  for (const read of reads) for (const name of read.elements) know(timeline(name), read.operation);
  return elements;
}

function know(element: Element, operation: SetOperation): void {
  if (operation.completedIndex >= element.knownIndex) return;
  element.knownIndex = operation.completedIndex;
  element.witness = operation;
}

function staleFinding(elements: ReadonlyMap<string, Element>, reads: readonly Read[]): Finding {
  const problems = missing(elements, reads).map(({ element, read }) => problemOf(element, read, "did not show it"));
  return findingOf("no-stale", "stale", problems, reads.length);
}

function lostFinding(elements: ReadonlyMap<string, Element>, finalReads: readonly Read[]): Finding {
  const known = [...elements.values()].filter((element) => element.knownIndex < Infinity);
  if (known.length === 0) return notExercised("no-lost", "No element was ever known to be in the set.");
  if (finalReads.length === 0) return undecided("no-lost", "No read succeeded after the faults had healed, so nobody can tell what was lost.");
  const seen = new Set(finalReads.flatMap((read) => [...read.elements]));
  const problems = known.flatMap((element) => {
    const read = finalReads.find(({ operation }) => operation.invokedIndex > element.knownIndex);
    return read === undefined || seen.has(element.name) ? [] : [problemOf(element, read, "and every other read after healing did not show it")];
  });
  return findingOf("no-lost", "lost", problems, finalReads.length);
}

function convergedFinding(elements: ReadonlyMap<string, Element>, finalReads: readonly Read[]): Finding {
  if (finalReads.length === 0) return undecided("converged", "No read succeeded after the faults had healed.");
  const problems = missing(elements, finalReads).map(({ element, read }) => problemOf(element, read, "after healing, did not show it"));
  return findingOf("converged", "stale", problems, finalReads.length);
}

/** Known elements that a read does not show, first read of each element only; O(elements) only for reads that miss something. */
function missing(elements: ReadonlyMap<string, Element>, reads: readonly Read[]): { element: Element; read: Read }[] {
  const known = [...elements.values()].filter((element) => element.knownIndex < Infinity).toSorted((a, b) => a.knownIndex - b.knownIndex);
  const found = new Map<Element, Read>();
  let expectedCount = 0;
  for (const read of reads) {
    // Reads come in order of invocation, so the elements that must be there only grow.
    while ((known[expectedCount]?.knownIndex ?? Infinity) < read.operation.invokedIndex) expectedCount++;
    let shownCount = 0;
    for (const name of read.elements) if ((elements.get(name)?.knownIndex ?? Infinity) < read.operation.invokedIndex) shownCount++;
    if (shownCount === expectedCount) continue;
    for (const element of known.slice(0, expectedCount)) if (!read.elements.has(element.name) && !found.has(element)) found.set(element, read);
  }
  return [...found].map(([element, read]) => ({ element, read }));
}

function problemOf(element: Element, read: Read, what: string): Problem {
  const { witness } = element;
  const basis = witness?.input.f === "add" ? "its add was acknowledged" : `process ${witness?.process ?? -1} had read it`;
  const explanation = `${element.name}: ${basis} before the read of process ${read.operation.process} began; that read ${what}`;
  return { element: element.name, operations: [...(witness === undefined ? [] : [witness]), read.operation], explanation };
}

function duplicates(read: Read): Problem[] {
  const list = read.operation.output ?? [];
  if (list.length === read.elements.size) return [];
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const name of list) (seen.has(name) ? twice : seen).add(name);
  return [...twice].map((element) => ({
    element,
    operations: [read.operation],
    explanation: `${element} is shown more than once by one read of process ${read.operation.process}`,
  }));
}

function unexpected(read: Read, elements: ReadonlyMap<string, Element>): Problem[] {
  const problems: Problem[] = [];
  for (const name of read.elements) {
    const adds = elements.get(name)?.adds ?? [];
    if (adds.some((add) => add.type !== "fail" && add.invokedIndex < read.operation.completedIndex)) continue;
    problems.push({
      element: name,
      operations: [...adds, read.operation],
      explanation: `${name} is shown to process ${read.operation.process}, but ${reasonAgainst(adds)}`,
    });
  }
  return problems;
}

function reasonAgainst(adds: readonly SetOperation[]): string {
  if (adds.length === 0) return "nobody ever added it";
  return adds.every((add) => add.type === "fail") ? "its add certainly failed" : "its add began only after that read had ended";
}

function findingOf(property: string, problem: "lost" | "duplicated" | "stale" | "unexpected", problems: readonly Problem[], readCount: number): Finding {
  if (readCount === 0) return notExercised(property, "No read succeeded.");
  const [first] = problems;
  if (first === undefined) return held(property, `${countOf(readCount, "read")}, none of them against it.`);
  const elements = problems
    .slice(0, shownViolationLimit)
    .map(({ element, operations, explanation }) => ({ element, explanation, operations: operations.map(show) }));
  const evidence: Evidence = { kind: "elements", problem, elements, totalCount: problems.length };
  return broken(property, `${first.explanation}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ""}.`, [evidence]);
}

function show(operation: SetOperation): ReturnType<typeof shown> {
  const { input, output } = operation;
  if (input.f === "add") return shown(operation, { text: `add ${input.element}`, result: "" });
  const size = output?.length ?? 0;
  return shown(operation, { text: "read", result: `-> ${countOf(size, "element")}${size <= 12 ? ` {${(output ?? []).join(", ")}}` : ""}` });
}

function statisticsOf(elements: ReadonlyMap<string, Element>, reads: readonly Read[]): Record<string, number> {
  const all = [...elements.values()];
  const acknowledged = all.filter((element) => element.adds.some((add) => add.type === "ok"));
  return {
    elementCount: all.length,
    acknowledgedCount: acknowledged.length,
    recoveredCount: all.filter((element) => element.knownIndex < Infinity).length - acknowledged.length,
    readCount: reads.length,
  };
}
