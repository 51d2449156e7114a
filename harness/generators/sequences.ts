// Combinators that put generators one after the other: concat, phases, cycle, flip-flop, barriers.
import type { Generator, GeneratorContext, GeneratorEvent, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { slotCountOf } from "./slots.ts";
import { afterEvent, isOwnCompletion, noOperations, withOwn, type OwnOperations } from "./own-operations.ts";
import { advance, isInvoke, placed, updated, updatedAll } from "./step.ts";

/** One after the other, without waiting for operations in flight (`phases` waits). */
export function concat<I extends Input>(...generators: readonly Generator<I>[]): Generator<I> {
  return concatWith(noOperations, generators);
}

function concatWith<I extends Input>(own: OwnOperations, children: readonly Generator<I>[]): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      for (const [index, child] of children.entries()) {
        const step = child.next(context);
        if (step === "done") continue;
        if (!isInvoke(step)) return step;
        const invoke = placed(step.invoke, context);
        return { invoke, then: concatWith(withOwn(own, invoke.process), [step.then, ...children.slice(index + 1)]) };
      }
      return "done";
    },
    update(context, event) {
      const after = updatedAll(children, (child, index) => (index === 0 || concerns(own, event) ? child.update(context, event) : child));
      const left = afterEvent(own, event);
      return after === children && left === own ? self : concatWith(left, after);
    },
  };
  return self;
}

/** Later members of a sequence see faults and what the sequence itself did, but not what its siblings do. */
function concerns<I extends Input>(own: OwnOperations, event: GeneratorEvent<I>): boolean {
  if (event.kind === "invoked") return own.includes(event.process);
  return event.kind === "fault" || isOwnCompletion(own, event);
}

/** One after the other, each only once all clients are free again. */
export function phases<I extends Input>(...generators: readonly Generator<I>[]): Generator<I> {
  return concat(...generators.map((generator) => synchronize(generator)));
}

/** A barrier: begins only once all clients (of its part, inside `reserve`) are free. */
export function synchronize<I extends Input>(generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    // What follows the first operation is the bare generator: the barrier is passed once.
    next: (context): Step<I> => (context.free.length < slotCountOf(context) ? "wait-for-event" : generator.next(context)),
    update: (context, event) => updated(self, generator, [context, event], synchronize),
  };
  return self;
}

/** From the start again whenever it is done. A generator that is done without a single operation ends the cycle. */
export function cycle<I extends Input>(generator: Generator<I>): Generator<I> {
  return cycleFrom(generator, generator);
}

function cycleFrom<I extends Input>(original: Generator<I>, current: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const step = current.next(context);
      return advance(step === "done" ? original.next(context) : step, (then) => cycleFrom(original, then));
    },
    update: (context, event) => updated(self, current, [context, event], (child) => cycleFrom(original, child)),
  };
  return self;
}

/** One operation of each in turn; done when the one whose turn it is is done. */
export function flipFlop<I extends Input>(first: Generator<I>, second: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next: (context: GeneratorContext) => advance(first.next(context), (then) => flipFlop(second, then)),
    update(context, event) {
      const after = [first.update(context, event), second.update(context, event)] as const;
      return after[0] === first && after[1] === second ? self : flipFlop(after[0], after[1]);
    },
  };
  return self;
}
