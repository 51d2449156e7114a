// Which operations in flight came from one generator: siblings see each other's events and must not mistake them for their own.
import type { GeneratorEvent } from "../generator.ts";
import type { Input } from "../operation.ts";

/** Processes with an operation of one's own in flight. A process has at most one. */
export type OwnOperations = readonly number[];

export const noOperations: OwnOperations = [];

export function withOwn(own: OwnOperations, process: number): OwnOperations {
  return [...own, process];
}

/** Without the operation that this event completes; the same array if it is not one of ours. */
export function afterEvent<I extends Input>(own: OwnOperations, event: GeneratorEvent<I>): OwnOperations {
  return isOwnCompletion(own, event) ? own.filter((process) => event.kind === "completed" && process !== event.process) : own;
}

export function isOwnCompletion<I extends Input>(own: OwnOperations, event: GeneratorEvent<I>): event is Extract<GeneratorEvent<I>, { kind: "completed" }> {
  return event.kind === "completed" && own.includes(event.process);
}
