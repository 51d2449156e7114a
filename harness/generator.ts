// Says which operation comes next. Generators are immutable values: an answer that is discarded has no effect.
import type { Input, NodeName, Outcome } from "./operation.ts";
import type { Random } from "./random.ts";

export interface Generator<I extends Input = Input> {
  next(context: GeneratorContext): Step<I>;
  update(context: GeneratorContext, event: GeneratorEvent<I>): Generator<I>;
}

export type Step<I extends Input = Input> =
  | { readonly invoke: Invocation<I>; readonly then: Generator<I> }
  | { readonly waitUntilMs: number }
  | "wait-for-event"
  | "done";

export interface Invocation<I extends Input = Input> {
  readonly input: I;
  /** The node to talk to; absent: the home node of the client slot. */
  readonly node?: NodeName;
  /** Must be one of `context.free`; absent: one of them is drawn, so that every client and every node gets work. */
  readonly process?: number;
  /** Not before this time; the runner waits. */
  readonly atMs?: number;
}

export interface GeneratorContext {
  /** Milliseconds since the phase began. */
  readonly timeMs: number;
  /** Current process numbers of the free client slots, ascending by slot; slot = process modulo `clientCount`. */
  readonly free: readonly number[];
  readonly clientCount: number;
  readonly nodes: readonly NodeName[];
  /** Draws are seeded by the plan; a draw whose answer is discarded must not be needed again. */
  readonly random: Random;
}

export type GeneratorEvent<I extends Input = Input> =
  | { readonly kind: "invoked"; readonly process: number; readonly input: I }
  | { readonly kind: "completed"; readonly process: number; readonly input: I; readonly outcome: Outcome }
  | { readonly kind: "fault"; readonly id: string; readonly fault: string; readonly action: "inject" | "lift" | "skip" | "died" | "restarted" };
