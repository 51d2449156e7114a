// Combinators that change or drop what a generator answers.
import { assert } from "../errors.ts";
import type { Generator, GeneratorContext } from "../generator.ts";
import type { Input } from "../operation.ts";
import { isInvoke, updated } from "./step.ts";

/** Every input changed by a function; the generator below sees events with the changed inputs. */
export function map<I extends Input>(change: (input: I, context: GeneratorContext) => I, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const step = generator.next(context);
      return isInvoke(step) ? { invoke: { ...step.invoke, input: change(step.invoke.input, context) }, then: map(change, step.then) } : step;
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => map(change, child)),
  };
  return self;
}

/** More dropped operations in a row than this are a mistake of the workload, not a filter. */
const droppedInARow = 10_000;

/** Only operations that pass. @throws Error when 10,000 in a row do not */
export function filter<I extends Input>(passes: (input: I) => boolean, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      let step = generator.next(context);
      for (let dropped = 0; isInvoke(step) && !passes(step.invoke.input); dropped++) {
        assert(dropped < droppedInARow, `a filter dropped ${droppedInARow} operations in a row, the last with f = ${step.invoke.input.f}`);
        step = step.then.next(context);
      }
      return isInvoke(step) ? { invoke: step.invoke, then: filter(passes, step.then) } : step;
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => filter(passes, child)),
  };
  return self;
}
