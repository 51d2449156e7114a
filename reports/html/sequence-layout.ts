// Where things stand in a sequence diagram: clients side by side, time downwards, one row a moment. Rows are ranks, not lengths,
// so that a read of a microsecond beside a timeout of a second stays readable; the axis shows the real times. Pure.
import type { ShownFact, ShownOperation } from "../../harness/verdict.ts";
import type { FaultInterval } from "../fault-intervals.ts";

export interface SequenceInput {
  readonly operations: readonly ShownOperation[];
  readonly facts: readonly ShownFact[];
  /** Only those that were in force in the window of the operations and facts. */
  readonly faults: readonly FaultInterval[];
}

export interface SequenceLayout {
  readonly lanes: readonly Lane[];
  /** Distinct moments in order, with the row of each. */
  readonly moments: readonly { readonly timeNs: number; readonly row: number }[];
  readonly bars: readonly {
    readonly operation: ShownOperation;
    readonly lane: number;
    readonly fromRow: number;
    readonly toRow: number;
    readonly isOpen: boolean;
  }[];
  readonly points: readonly { readonly fact: ShownFact; readonly lane: number; readonly row: number }[];
  readonly bands: readonly { readonly fault: FaultInterval; readonly fromRow: number; readonly toRow: number }[];
  /** Pairs of positions in `bars`: the first ended before the second began, and nothing lies between them. */
  readonly precedence: readonly (readonly [number, number])[];
  readonly rowCount: number;
}

interface Lane {
  readonly name: string;
  readonly detail: string;
}

type Moment = { readonly timeNs: number; readonly order: number; readonly key: string };

/** O(n^2) in the operations, which are few. */
export function sequenceLayout(input: SequenceInput): SequenceLayout {
  const processes = [...new Set(input.operations.map((operation) => operation.process))].toSorted((a, b) => a - b);
  const nodes = [...new Set(input.facts.map((fact) => fact.node))].toSorted();
  const rows = rowsOf(input);
  const rowCount = rows.rowCount;
  const bars = input.operations.map((operation) => {
    const isOpen = operation.completedNs === null;
    return {
      operation,
      lane: processes.indexOf(operation.process),
      fromRow: rows.at(`start ${operation.id}`),
      toRow: isOpen ? rowCount : rows.at(`end ${operation.id}`),
      isOpen,
    };
  });
  return {
    lanes: [...processes.map((process) => processLane(process, input.operations)), ...nodes.map((node) => ({ name: node, detail: "node" }))],
    moments: rows.moments,
    bars,
    points: input.facts.map((fact, index) => ({ fact, lane: processes.length + nodes.indexOf(fact.node), row: rows.at(`fact ${index}`) })),
    bands: input.faults.map((fault) => ({ fault, fromRow: rows.find(`inject ${fault.id}`) ?? 0, toRow: rows.find(`lift ${fault.id}`) ?? rowCount })),
    precedence: precedence(bars),
    rowCount,
  };
}

function processLane(process: number, operations: readonly ShownOperation[]): Lane {
  const nodes = [...new Set(operations.filter((operation) => operation.process === process).flatMap((operation) => operation.node ?? []))];
  return { name: `client p${process}`, detail: nodes.length === 0 ? "" : `at ${nodes.join(", ")}` };
}

/** At one instant completions come before invocations, as in every history; each event of a client has a row of its own. */
function rowsOf(input: SequenceInput): {
  at(key: string): number;
  find(key: string): number | undefined;
  readonly moments: SequenceLayout["moments"];
  readonly rowCount: number;
} {
  const events: Moment[] = [
    ...input.operations.map((operation) => ({ timeNs: operation.invokedNs, order: 2, key: `start ${operation.id}` })),
    ...input.operations.flatMap((operation) =>
      operation.completedNs === null ? [] : [{ timeNs: operation.completedNs, order: 1, key: `end ${operation.id}` }],
    ),
    ...input.facts.map((fact, index) => ({ timeNs: fact.timeNs, order: 1, key: `fact ${index}` })),
  ];
  const [first, last] = [Math.min(...events.map((event) => event.timeNs)), Math.max(...events.map((event) => event.timeNs))];
  const isInside = (timeNs: number): boolean => timeNs > first && timeNs < last;
  for (const fault of input.faults) {
    if (isInside(fault.fromNs)) events.push({ timeNs: fault.fromNs, order: 0, key: `inject ${fault.id}` });
    if (isInside(fault.toNs)) events.push({ timeNs: fault.toNs, order: 0, key: `lift ${fault.id}` });
  }
  const sorted = events.toSorted((a, b) => a.timeNs - b.timeNs || a.order - b.order || (a.key < b.key ? -1 : 1));
  const rows = new Map(sorted.map((event, index) => [event.key, index + 1]));
  return {
    at: (key) => rows.get(key) ?? 0,
    find: (key) => rows.get(key),
    moments: sorted.map((event, index) => ({ timeNs: event.timeNs, row: index + 1 })),
    rowCount: sorted.length + 1,
  };
}

/** The transitive reduction of real-time order, without pairs on one lane, which show themselves. */
function precedence(bars: SequenceLayout["bars"]): (readonly [number, number])[] {
  const isBefore = (a: number, b: number): boolean => {
    const [first, second] = [bars[a], bars[b]];
    return first !== undefined && second !== undefined && !first.isOpen && first.operation.type !== "info" && first.toRow < second.fromRow;
  };
  const pairs: (readonly [number, number])[] = [];
  for (const a of bars.keys()) {
    for (const b of bars.keys()) {
      const isDirect = isBefore(a, b) && ![...bars.keys()].some((c) => isBefore(a, c) && isBefore(c, b));
      if (isDirect && bars[a]?.lane !== bars[b]?.lane) pairs.push([a, b]);
    }
  }
  return pairs;
}
