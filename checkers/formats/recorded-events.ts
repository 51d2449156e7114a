// The events of a history with their operations, as writers need them: in order, and only what a file can hold.
import type { History, HistoryEvent } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { inexpressible, shownText } from "./broken-history.ts";

export type RecordedEvent =
  | { readonly kind: "invoke" | "ok" | "fail" | "info"; readonly event: HistoryEvent; readonly operation: Operation }
  /** A fault or a fact. */
  | { readonly kind: "witness"; readonly event: HistoryEvent };

/**
 * What came of an operation is what the operation says, not what the event said before it was decoded. Operations that the
 * history has been cut down by are left out.
 * @throws UsageError for what no file can say: outcomes without an event, processes that act after an unknown outcome
 */
export function* recordedEvents(history: History, format: string): Generator<RecordedEvent> {
  const byIndex = new Map(history.operations.map((operation) => [operation.invokedIndex, operation]));
  const open = new Map<number, Operation | undefined>();
  const retired = new Set<number>();
  for (const event of history.events()) {
    const { type, process, index } = event;
    if (type === "fault" || type === "fact") yield { kind: "witness", event };
    else if (type === "invoke") {
      const operation = byIndex.get(index);
      open.set(process, operation);
      if (operation === undefined) continue;
      byIndex.delete(index);
      if (retired.has(process)) throw inexpressible(`process ${process}, which acts again although its outcome before is unknown,`, format);
      if (operation.type === "info") retired.add(process);
      if (operation.type === "info" && operation.completedIndex !== Infinity)
        throw inexpressible("an operation that took effect before some moment or never", format);
      yield { kind: "invoke", event, operation };
    } else {
      const operation = open.get(process);
      open.delete(process);
      if (operation !== undefined) yield { kind: operation.type, event, operation };
    }
  }
  for (const { id } of byIndex.values()) throw inexpressible(`operation ${id}, of which the history has no event`, format);
}

/** The key of an operation; undefined if its model has none. */
export function keyOf({ input }: Operation): string | undefined {
  const key = input["key"];
  return typeof key === "string" ? key : undefined;
}

/** @throws UsageError unless all operations are on one key, for formats without keys */
export function expectOneKey(history: History, format: string, wayOut?: string): void {
  const keys = new Set(history.operations.map(keyOf));
  if (keys.size < 2) return;
  const [one, other] = [...keys];
  throw inexpressible(`several keys (${shownText(one ?? "")}, ${shownText(other ?? "")})`, format, wayOut);
}

/** For messages: what an operation is asked. */
export function shownInput({ input }: Operation): string {
  return shownText(JSON.stringify(input));
}
