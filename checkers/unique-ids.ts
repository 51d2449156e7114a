// Ids that are unique, grow in real time and respect causality, each as a property of its own. For sequencers.
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { NodeName, Operation } from "../harness/operation.ts";
import type { Evidence, Verdict } from "../harness/verdict.ts";
import { compareDecimals, isDecimal } from "./decimal.ts";
import { broken, held, notExercised, stopped, verdictOf, type Finding } from "./finding.ts";
import { inversions, type Growth } from "./real-time-order.ts";
import { countOf, shown } from "./shown.ts";

/** `count` ids at once (default 1), each greater than the token `after` if there is one. */
export type UniqueIdsInput = { readonly f: "generate"; readonly count?: number; readonly after?: string };
/** The ids in the order in which they were made. Strings, since they pass 2^53. */
export type UniqueIdsOutput = { readonly ids: readonly string[] };
export type UniqueIdsOperation = Operation<UniqueIdsInput, UniqueIdsOutput>;

export interface UniqueIdsOptions {
  /** How ids compare. `auto` (default): as numbers if every id and token of the history is a decimal, else as text (UUIDs). */
  readonly order?: "auto" | "decimal" | "text";
  /** For ids with time in them: how far clocks may be apart. `monotone-beyond-skew` speaks of larger gaps only. Default 1,000. */
  readonly skewMs?: number;
}

const propertiesOf = (skewMs: number): readonly Property[] => [
  { id: "unique", text: "No id is handed out twice." },
  { id: "monotone", text: "If one request was answered before another began, all ids of the first are below all ids of the second." },
  { id: "monotone-per-node", text: "The same for requests to one node." },
  { id: "monotone-beyond-skew", text: `The same for requests more than ${skewMs} ms apart on the recorder's clock.` },
  { id: "causal", text: "An id that was asked for `after` a token is above that token." },
  { id: "batch-ordered", text: "The ids of one answer ascend." },
  { id: "batch-complete", text: "An answer holds as many ids as were asked for." },
];

/**
 * Sound: only acknowledged ids count, and only requests of which one ended before the other began are compared.
 * Complete for acknowledged ids; an id handed out by a request whose answer was lost cannot be seen here, which is why
 * systems back uniqueness with facts as well. Time O(n log n) in the number of ids.
 */
export function uniqueIdsChecker(options: UniqueIdsOptions = {}): Checker<UniqueIdsInput, UniqueIdsOutput> {
  const skewMs = options.skewMs ?? 1000;
  const properties = propertiesOf(skewMs);
  return { name: "unique-ids", properties, check: (history, limits) => check(history, limits, { order: options.order ?? "auto", skewMs, properties }) };
}

type Settings = Required<UniqueIdsOptions> & { readonly properties: readonly Property[] };
type Compare = (a: string, b: string) => number;
/** Two operations (or one twice) that contradict a property, and why. */
interface Conflict {
  readonly operations: readonly UniqueIdsOperation[];
  readonly explanation: string;
}

function check(history: History<UniqueIdsInput, UniqueIdsOutput>, limits: Limits, settings: Settings): Verdict {
  const operations = history.operations.filter((operation) => operation.type === "ok" && operation.output !== undefined);
  const stop = limits.spend(operations.reduce((sum, operation) => sum + 1 + idsOf(operation).length, history.operations.length));
  if (stop !== undefined) return stopped(settings.properties, stop);
  const compare = comparison(operations, settings.order);
  const growths = operations.flatMap((operation) => growthOf(operation, compare));
  const nodes = [...Map.groupBy(growths, (growth): NodeName => growth.operation.node ?? "").values()];
  const asked = operations.filter((operation) => operation.input.after !== undefined);
  const batches = operations.filter((operation) => idsOf(operation).length > 1);
  const findings = [
    findingOf("unique", operations, operations.length > 0 ? duplicates(operations) : []),
    findingOf("monotone", growths, disorder(growths, compare, 0)),
    findingOf(
      "monotone-per-node",
      growths,
      nodes.flatMap((group) => disorder(group, compare, 0)),
    ),
    findingOf("monotone-beyond-skew", growths, disorder(growths, compare, settings.skewMs * 1e6)),
    findingOf(
      "causal",
      asked,
      asked.flatMap((operation) => acausal(operation, compare)),
    ),
    findingOf(
      "batch-ordered",
      batches,
      batches.flatMap((operation) => unorderedBatch(operation, compare)),
    ),
    findingOf("batch-complete", operations, operations.flatMap(incompleteBatch)),
  ];
  const idCount = operations.reduce((sum, operation) => sum + idsOf(operation).length, 0);
  return verdictOf(findings, { requestCount: operations.length, idCount, batchCount: batches.length, causalCount: asked.length });
}

function idsOf(operation: UniqueIdsOperation): readonly string[] {
  return operation.output?.ids ?? [];
}

function comparison(operations: readonly UniqueIdsOperation[], order: "auto" | "decimal" | "text"): Compare {
  if (order === "text") return compareText;
  const isNumeric = operations.every((operation) => idsOf(operation).every(isDecimal) && isDecimal(operation.input.after ?? "0"));
  // Asked for numbers, but some are not: compare those pairs as text rather than crash on foreign ids.
  if (order === "decimal") return (a, b) => (isDecimal(a) && isDecimal(b) ? compareDecimals(a, b) : compareText(a, b));
  return isNumeric ? compareDecimals : compareText;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface IdGrowth extends Growth<string> {
  readonly operation: UniqueIdsOperation;
}

function growthOf(operation: UniqueIdsOperation, compare: Compare): IdGrowth[] {
  const [first, ...rest] = idsOf(operation);
  if (first === undefined) return [];
  let [low, high] = [first, first];
  for (const id of rest) {
    if (compare(id, low) < 0) low = id;
    if (compare(id, high) > 0) high = id;
  }
  return [{ operation, low, high }];
}

function duplicates(operations: readonly UniqueIdsOperation[]): Conflict[] {
  const owners = new Map<string, UniqueIdsOperation>();
  const conflicts: Conflict[] = [];
  for (const operation of operations) {
    for (const id of idsOf(operation)) {
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, operation);
      else if (owner === operation)
        conflicts.push({ operations: [operation], explanation: `id ${id} appears twice in one answer to process ${operation.process}` });
      else
        conflicts.push({
          operations: [owner, operation],
          explanation: `id ${id} was given to process ${owner.process} and again to process ${operation.process}`,
        });
    }
  }
  return conflicts;
}

function disorder(growths: readonly IdGrowth[], compare: Compare, gapNs: number): Conflict[] {
  return inversions(growths, { compare, isStrict: true, gapNs }).map(({ earlier, later }) => ({
    operations: [earlier.operation, later.operation],
    explanation: `process ${earlier.operation.process} had received ${earlier.high} before process ${later.operation.process} asked and got ${later.low}, which is not above it`,
  }));
}

function acausal(operation: UniqueIdsOperation, compare: Compare): Conflict[] {
  const token = operation.input.after;
  const bad = token === undefined ? undefined : idsOf(operation).find((id) => compare(id, token) <= 0);
  return bad === undefined
    ? []
    : [{ operations: [operation], explanation: `process ${operation.process} asked for an id after ${token} and got ${bad}, which is not above it` }];
}

function unorderedBatch(operation: UniqueIdsOperation, compare: Compare): Conflict[] {
  const ids = idsOf(operation);
  const index = ids.findIndex((id, position) => position > 0 && compare(ids[position - 1] ?? id, id) >= 0);
  return index < 0
    ? []
    : [{ operations: [operation], explanation: `in a batch for process ${operation.process}, ${ids[index]} follows ${ids[index - 1]} without being above it` }];
}

function incompleteBatch(operation: UniqueIdsOperation): Conflict[] {
  const [asked, got] = [operation.input.count ?? 1, idsOf(operation).length];
  return asked === got ? [] : [{ operations: [operation], explanation: `process ${operation.process} asked for ${countOf(asked, "id")} and got ${got}` }];
}

function findingOf(property: string, judged: readonly unknown[], conflicts: readonly Conflict[]): Finding {
  if (judged.length === 0) return notExercised(property, "No answer puts this to the test.");
  const [first] = conflicts;
  if (first === undefined) return held(property, `${countOf(judged.length, "answer")}, none of them against it.`);
  const evidence = conflicts.map(({ operations, explanation }): Evidence => ({ kind: "witness", property, explanation, operations: operations.map(show) }));
  return broken(property, `${first.explanation}${conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : ""}.`, evidence);
}

function show(operation: UniqueIdsOperation): ReturnType<typeof shown> {
  const { count, after } = operation.input;
  const ids = idsOf(operation);
  const text = `generate${count === undefined ? "" : ` ${count}`}${after === undefined ? "" : ` after ${after}`}`;
  return shown(operation, {
    text,
    result: ids.length <= 6 ? `-> ${ids.join(", ")}` : `-> ${ids.slice(0, 3).join(", ")} ... ${ids.at(-1)} (${ids.length} ids)`,
  });
}
