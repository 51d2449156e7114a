// A watch's vocabulary, and what its operations say about the changes of a store. For the watch checker.
import type { NodeName, Operation } from "../harness/operation.ts";
import type { ShownOperation } from "../harness/verdict.ts";
import { compareDecimals } from "./decimal.ts";
import { countOf, shown } from "./shown.ts";

export type WatchInput =
  | { readonly f: "put"; readonly key: string; readonly value: string }
  | { readonly f: "delete"; readonly key: string }
  /** All changes from revision `from` on; "0" is the beginning. Waits a while if there are none yet. */
  | { readonly f: "watch"; readonly from: string };
/**
 * put, delete: the revision that the change got (null: there was nothing to delete, so nothing changed).
 * watch: all changes of the revisions from `from` up to, not including, `next`; nothing new is `next` = `from`.
 * `compacted`: the changes before `next` are gone and left out, openly.
 */
export type WatchOutput =
  | { readonly revision: string | null }
  | { readonly events: readonly WatchEvent[]; readonly next: string; readonly compacted?: boolean };
/** `value` null: the key was deleted. Revisions are decimals; one revision may change several keys. */
export type WatchEvent = { readonly revision: string; readonly key: string; readonly value: string | null };
export type WatchOperation = Operation<WatchInput, WatchOutput>;

/** An answered watch. */
export interface WatchAnswer {
  readonly operation: WatchOperation;
  readonly from: string;
  readonly next: string;
  readonly events: readonly WatchEvent[];
  readonly isCompacted: boolean;
}

/** A change that was acknowledged to its writer or seen by a watch, with the first operation that says so. */
export interface KnownEvent extends WatchEvent {
  readonly source: WatchOperation;
}

/** All answered watches, in order of invocation. */
export function answersOf(operations: readonly WatchOperation[]): WatchAnswer[] {
  return operations.flatMap((operation) => {
    const { input, output, type } = operation;
    if (type !== "ok" || input.f !== "watch" || output === undefined || !("events" in output)) return [];
    return [{ operation, from: input.from, next: output.next, events: output.events, isCompacted: output.compacted === true }];
  });
}

/** The changes that writers were told of, in order of invocation. */
export function acknowledgedOf(operations: readonly WatchOperation[]): KnownEvent[] {
  return operations.flatMap((source) => {
    const { input, output, type } = source;
    if (type !== "ok" || input.f === "watch" || output === undefined || !("revision" in output) || output.revision === null) return [];
    return [{ revision: output.revision, key: input.key, value: input.f === "put" ? input.value : null, source }];
  });
}

/** What identifies a change: no two share it. */
export function eventKey({ revision, key }: WatchEvent): string {
  return `${revision} ${key}`;
}

/** One entry per change, by revision; the first operation that speaks of it is its source. O(n log n). */
export function knownEvents(acknowledged: readonly KnownEvent[], answers: readonly WatchAnswer[]): KnownEvent[] {
  const known = new Map<string, KnownEvent>();
  const learn = (event: KnownEvent): void => {
    if (!known.has(eventKey(event))) known.set(eventKey(event), event);
  };
  for (const event of acknowledged) learn(event);
  for (const { operation, events } of answers) for (const { revision, key, value } of events) learn({ revision, key, value, source: operation });
  return [...known.values()].toSorted((a, b) => compareDecimals(a.revision, b.revision));
}

/** Position of the first of the events, sorted by revision, whose revision is not below `revision`. */
export function firstFrom(events: readonly WatchEvent[], revision: string): number {
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const event = events[middle];
    if (event !== undefined && compareDecimals(event.revision, revision) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Where a node's feed ended after healing. */
export interface FeedEnd {
  readonly node: NodeName;
  /** Everything below was delivered, or openly compacted. */
  readonly reached: string;
  /** The answer that brought nothing new; absent: the reader stopped before the feed did. */
  readonly last: WatchOperation | undefined;
}

/** Per node, how far the answers of the final phase reach without a break from the lowest revision asked for. */
export function feedEnds(answers: readonly WatchAnswer[]): FeedEnd[] {
  const finals = answers.filter(({ operation }) => operation.phase === "final");
  return [...Map.groupBy(finals, ({ operation }): NodeName => operation.node ?? "")].map(([node, group]) => feedEnd(node, group));
}

function feedEnd(node: NodeName, answers: readonly WatchAnswer[]): FeedEnd {
  const sorted = answers.toSorted((a, b) => compareDecimals(a.from, b.from));
  let reached = sorted[0]?.from ?? "0";
  for (const { from, next } of sorted) if (compareDecimals(from, reached) <= 0 && compareDecimals(next, reached) > 0) reached = next;
  const last = answers.findLast(({ from, next }) => compareDecimals(from, reached) === 0 && compareDecimals(next, reached) === 0);
  return { node, reached, last: last?.operation };
}

/** A watch operation as evidence shows it. */
export function showWatch(operation: WatchOperation): ShownOperation {
  const { input, output } = operation;
  if (input.f !== "watch") {
    const text = input.f === "put" ? `put ${input.key} = ${input.value}` : `delete ${input.key}`;
    const revision = output !== undefined && "revision" in output ? output.revision : null;
    return shown(operation, { text, result: revision === null ? "-> nothing to change" : `-> revision ${revision}` });
  }
  const answer = output !== undefined && "events" in output ? output : { events: [], next: input.from };
  const revisions = answer.events.slice(0, 8).map(({ revision, key, value }) => `${revision}: ${key} ${value === null ? "deleted" : `= ${value}`}`);
  const list = answer.events.length > revisions.length ? [...revisions, "..."] : revisions;
  return shown(operation, {
    text: `watch from ${input.from}`,
    result: `-> ${countOf(answer.events.length, "change")}${list.length > 0 ? ` (${list.join("; ")})` : ""}, next ${answer.next}`,
  });
}
