// A script is a run as data; here its operations become a generator. For replays and shrunk runs.
import type { Generator, Invocation, Step } from "./generator.ts";
import type { Phase } from "./operation.ts";
import type { Script, ScriptedOperation } from "./plan.ts";

/** An invocation that knows which operation of the script it is; `$from` of others refers to that id. */
export interface ScriptedInvocation extends Invocation {
  readonly id: number;
}

/** The script's id of an invocation; undefined if it was generated. */
export function scriptIdOf(invocation: Invocation | ScriptedInvocation): number | undefined {
  return "id" in invocation ? invocation.id : undefined;
}

/**
 * The operations of some phases as a generator: each goes to the client slot `process` modulo `clientCount` at its time,
 * or as soon after as the slot is free. Operations of one instant go in order of their ids.
 */
export function scripted(script: Script, options: { readonly phases: readonly Phase[]; readonly clientCount: number }): Generator {
  const queues: ScriptedOperation[][] = Array.from({ length: options.clientCount }, () => []);
  const operations = script.operations.filter((operation) => options.phases.includes(operation.phase)).toSorted(byTime);
  for (const operation of operations) queues[operation.process % options.clientCount]?.push(operation);
  return fromQueues(
    queues,
    queues.map(() => 0),
  );
}

function byTime(a: ScriptedOperation, b: ScriptedOperation): number {
  return a.atMs - b.atMs || a.id - b.id;
}

/** `positions`: how many operations of each slot's queue have gone. */
function fromQueues(queues: readonly (readonly ScriptedOperation[])[], positions: readonly number[]): Generator {
  const self: Generator = {
    next({ free, timeMs, clientCount }): Step {
      const chosen = firstOf(
        queues,
        positions,
        free.map((process) => process % clientCount),
      );
      if (chosen === undefined) return queues.every((queue, slot) => (positions[slot] ?? 0) >= queue.length) ? "done" : "wait-for-event";
      if (chosen.operation.atMs > timeMs) return { waitUntilMs: chosen.operation.atMs };
      const { slot, operation } = chosen;
      const process = free.find((candidate) => candidate % clientCount === slot) ?? slot;
      const invoke: ScriptedInvocation = {
        id: operation.id,
        input: operation.input,
        process,
        ...(operation.node === undefined ? {} : { node: operation.node }),
      };
      return { invoke, then: fromQueues(queues, positions.with(slot, (positions[slot] ?? 0) + 1)) };
    },
    update: () => self,
  };
  return self;
}

interface Chosen {
  readonly slot: number;
  readonly operation: ScriptedOperation;
}

function firstOf(queues: readonly (readonly ScriptedOperation[])[], positions: readonly number[], slots: readonly number[]): Chosen | undefined {
  let first: Chosen | undefined;
  for (const slot of slots) {
    const operation = queues[slot]?.[positions[slot] ?? 0];
    if (operation !== undefined && (first === undefined || byTime(operation, first.operation) < 0)) first = { slot, operation };
  }
  return first;
}
