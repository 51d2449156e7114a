// Generators that remember: a value that every operation and every event turns into the next one. For workloads.
import type { Generator, GeneratorContext, GeneratorEvent, Invocation } from "../harness/generator.ts";
import type { Input } from "../harness/operation.ts";

export type CompletedEvent<I extends Input> = Extract<GeneratorEvent<I>, { kind: "completed" }>;

/** `next` and `completed` never change the state they are given. */
export interface Unfolding<S, I extends Input> {
  /** `serial` numbers the operations, for values that must be unique: `PROCESS.SERIAL`. */
  next(state: S, context: GeneratorContext, serial: number): { readonly invoke: Invocation<I>; readonly state: S } | "wait-for-event" | "done";
  /** After one of its operations ended. Answer the same state if nothing changed. Default: nothing does. */
  completed?(state: S, event: CompletedEvent<I>): S;
}

/**
 * The generator that begins with this state. Its serials go up from a number drawn with the first operation: a run asks a
 * workload for a generator more than once (load, core liveness), and those must not make the same values again.
 */
export function unfold<S, I extends Input>(state: S, rules: Unfolding<S, I>): Generator<I> {
  return unfolding({ state, serial: undefined }, rules);
}

interface Progress<S> {
  readonly state: S;
  readonly serial: number | undefined;
}

function unfolding<S, I extends Input>(progress: Progress<S>, rules: Unfolding<S, I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const serial = progress.serial ?? context.random.u32("first-serial");
      const step = rules.next(progress.state, context, serial);
      return typeof step === "string" ? step : { invoke: step.invoke, then: unfolding({ state: step.state, serial: serial + 1 }, rules) };
    },
    update(_context, event) {
      if (event.kind !== "completed" || rules.completed === undefined) return self;
      const state = rules.completed(progress.state, event);
      return state === progress.state ? self : unfolding({ state, serial: progress.serial }, rules);
    },
  };
  return self;
}
