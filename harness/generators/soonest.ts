// Which of several answers comes first. For combinators that hold generators side by side.
import type { Generator, GeneratorContext, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { dueMs, isInvoke, type InvokeStep } from "./step.ts";

/**
 * The soonest of the answers, ties drawn uniformly; `rebuild` puts the chosen child back among its siblings.
 * Only when all are done is the whole done.
 */
export function soonest<I extends Input>(
  steps: readonly Step<I>[],
  context: GeneratorContext,
  rebuild: (index: number, then: Generator<I>) => Generator<I>,
): Step<I> {
  const invokeMs = earliest(steps, context, isInvoke);
  const waitMs = earliest(steps, context, (step) => !isInvoke(step));
  if (invokeMs < Infinity && invokeMs <= waitMs) {
    const chosen = drawn(
      steps.flatMap((step, index) => (isInvoke(step) && dueMs(step, context) === invokeMs ? [{ step, index }] : [])),
      context,
    );
    return { invoke: chosen.step.invoke, then: rebuild(chosen.index, chosen.step.then) };
  }
  if (waitMs < Infinity) return { waitUntilMs: waitMs };
  return steps.every((step) => step === "done") ? "done" : "wait-for-event";
}

function earliest<I extends Input>(steps: readonly Step<I>[], context: GeneratorContext, counts: (step: Step<I>) => boolean): number {
  return steps.reduce((earliest, step) => (counts(step) ? Math.min(earliest, dueMs(step, context)) : earliest), Infinity);
}

interface Candidate<I extends Input> {
  readonly step: InvokeStep<I>;
  readonly index: number;
}

function drawn<I extends Input>(candidates: readonly Candidate<I>[], context: GeneratorContext): Candidate<I> {
  const [only] = candidates;
  // A draw for a single candidate would be a draw more than needed on the hottest path.
  return candidates.length === 1 && only !== undefined ? only : context.random.pick(candidates, "soonest");
}
