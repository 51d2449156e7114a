// The answers of generators, taken apart and put together again. For the combinators beside it.
import { assert } from "../errors.ts";
import type { Generator, GeneratorContext, GeneratorEvent, Invocation, Step } from "../generator.ts";
import type { Input } from "../operation.ts";

export type InvokeStep<I extends Input = Input> = Extract<Step<I>, { invoke: Invocation<I> }>;
export type PlacedInvocation<I extends Input> = Invocation<I> & { readonly process: number };

export function isInvoke<I extends Input>(step: Step<I>): step is InvokeStep<I> {
  return typeof step === "object" && "invoke" in step;
}

/** Passes waits and ends through; wraps what follows an invocation, so that a combinator stays in force. */
export function advance<I extends Input>(step: Step<I>, wrap: (then: Generator<I>) => Generator<I>): Step<I> {
  return isInvoke(step) ? { invoke: step.invoke, then: wrap(step.then) } : step;
}

/** When an answer can be carried out, milliseconds of the phase; Infinity: only after an event. */
export function dueMs<I extends Input>(step: Step<I>, context: GeneratorContext): number {
  if (step === "done" || step === "wait-for-event") return Infinity;
  if (isInvoke(step)) return Math.max(step.invoke.atMs ?? context.timeMs, context.timeMs);
  return step.waitUntilMs;
}

/** The invocation with its process made explicit, for combinators that must recognise its completion later. */
export function placed<I extends Input>(invocation: Invocation<I>, context: GeneratorContext): PlacedInvocation<I> {
  return { ...invocation, process: invocation.process ?? drawnProcess(context) };
}

/** Who takes an operation that names nobody. @throws Error if no client is free: then a generator is not asked */
export function drawnProcess({ free, random }: GeneratorContext): number {
  assert(free.length > 0, "a generator was asked while no client was free");
  return random.pick(free, "client");
}

/** The generator after an event; `self` when the event changed nothing, so that long runs do not copy for nothing. */
export function updated<I extends Input>(
  self: Generator<I>,
  child: Generator<I>,
  [context, event]: readonly [GeneratorContext, GeneratorEvent<I>],
  wrap: (child: Generator<I>) => Generator<I>,
): Generator<I> {
  const after = child.update(context, event);
  return after === child ? self : wrap(after);
}

/** Every child after an event, as `send` answers it; the same array when none changed. */
export function updatedAll<I extends Input>(
  children: readonly Generator<I>[],
  send: (child: Generator<I>, index: number) => Generator<I>,
): readonly Generator<I>[] {
  let changed: Generator<I>[] | undefined;
  for (const [index, child] of children.entries()) {
    const after = send(child, index);
    if (after !== child) (changed ??= [...children])[index] = after;
  }
  return changed ?? children;
}
