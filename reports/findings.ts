// Evidence of every kind brought to one shape that can be drawn and tabulated. For the story, the text and the pages.
import type { Evidence, LinearizationStep, ShownFact, ShownOperation } from "../harness/verdict.ts";

export interface Finding {
  readonly title: string;
  readonly explanation: string;
  /** In order of invocation. */
  readonly operations: readonly ShownOperation[];
  /** Ids of the operations that cannot be explained by the others. */
  readonly marked: ReadonlySet<number>;
  readonly facts: readonly ShownFact[];
  /** An order that explains the operations, as far as there is one. */
  readonly steps: readonly LinearizationStep[];
  readonly initialState: string;
  /** What cannot be drawn, a line each. */
  readonly notes: readonly string[];
}

const empty = { operations: [], marked: new Set<number>(), facts: [], steps: [], initialState: "", notes: [] };

/** One finding an evidence; nothing of the evidence is lost. */
export function findingOf(evidence: Evidence): Finding {
  switch (evidence.kind) {
    case "witness":
      return { ...empty, ...drawn(evidence.operations), title: "Smallest witness", explanation: evidence.explanation };
    case "missing-response":
      return {
        ...empty,
        ...drawn(evidence.operations),
        title: "Missing response",
        explanation: evidence.explanation,
        marked: new Set(evidence.operations.map((operation) => operation.id)),
      };
    case "cycle":
      return cycle(evidence);
    case "sum-bounds":
      return sumBounds(evidence);
    case "elements":
      return elements(evidence);
    case "conflicting-facts":
      return { ...empty, title: `Conflicting facts (${evidence.invariant})`, explanation: evidence.explanation, facts: evidence.facts };
    case "linearization":
      return {
        ...empty,
        title: `An order that explains ${evidence.partition || "all operations"}`,
        explanation: "",
        steps: evidence.steps,
        initialState: evidence.initialState,
      };
    case "partial-linearization":
      break;
  }
  return partial(evidence);
}

/** From the first invocation or fact to the last completion or fact; undefined: the finding has no times. */
export function windowOf(finding: Finding): { readonly fromNs: number; readonly toNs: number } | undefined {
  const times = [
    ...finding.operations.flatMap((operation) => [operation.invokedNs, operation.completedNs ?? operation.invokedNs]),
    ...finding.facts.map((fact) => fact.timeNs),
  ];
  return times.length === 0 ? undefined : { fromNs: Math.min(...times), toNs: Math.max(...times) };
}

/**
 * A witness is minimal: without any one of its operations the rest could be explained. The mark goes to the answer that
 * came last, since that is the moment from which nothing could explain what the clients had seen.
 */
function drawn(operations: readonly ShownOperation[]): Pick<Finding, "operations" | "marked"> {
  const answered = operations.filter((operation) => operation.type === "ok").toSorted((a, b) => (a.completedNs ?? 0) - (b.completedNs ?? 0));
  const last = answered.at(-1);
  return { operations: operations.toSorted((a, b) => a.invokedNs - b.invokedNs || a.id - b.id), marked: new Set(last === undefined ? [] : [last.id]) };
}

function cycle(evidence: Extract<Evidence, { kind: "cycle" }>): Finding {
  const notes = evidence.steps.map((step, index) => {
    const next = evidence.steps[(index + 1) % evidence.steps.length];
    return `#${step.operation.id} -${step.edge}-> #${next?.operation.id ?? step.operation.id}: ${step.because}`;
  });
  return { ...empty, ...drawn(evidence.steps.map((step) => step.operation)), title: `Cycle (${evidence.property})`, explanation: evidence.explanation, notes };
}

function sumBounds(evidence: Extract<Evidence, { kind: "sum-bounds" }>): Finding {
  const notes = [`read ${evidence.value}; possible: ${evidence.lower} to ${evidence.upper}`];
  return { ...empty, ...drawn([evidence.read]), title: "A sum outside its bounds", explanation: evidence.explanation, notes };
}

function elements(evidence: Extract<Evidence, { kind: "elements" }>): Finding {
  const unique = new Map(evidence.elements.flatMap((element) => element.operations).map((operation) => [operation.id, operation]));
  const notes = evidence.elements.map((element) => `${element.element}: ${element.explanation}`);
  const rest = evidence.totalCount - evidence.elements.length;
  const title = `${evidence.totalCount} ${evidence.problem} ${evidence.totalCount === 1 ? "element" : "elements"}`;
  return {
    ...empty,
    ...drawn([...unique.values()]),
    title,
    explanation: evidence.elements[0]?.explanation ?? "",
    notes: rest > 0 ? [...notes, `and ${rest} more`] : notes,
  };
}

function partial(evidence: Extract<Evidence, { kind: "partial-linearization" }>): Finding {
  return {
    ...empty,
    title: `The longest order that explains a part of ${evidence.partition || "the history"}`,
    explanation: `After ${evidence.steps.length} operations none of these fits: ${evidence.stuckAt.map((operation) => `${operation.text} ${operation.result}`.trim()).join("; ")}`,
    operations: evidence.stuckAt.toSorted((a, b) => a.invokedNs - b.invokedNs),
    marked: new Set(evidence.stuckAt.map((operation) => operation.id)),
    steps: evidence.steps,
    initialState: evidence.initialState,
  };
}
