// Combinators that choose between generators: by chance, by time, by whether a fault is in force.
import type { Generator, GeneratorContext, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { soonest } from "./soonest.ts";
import { dueMs, isInvoke, updatedAll } from "./step.ts";

/** Whichever comes first; ties are drawn. Done when all are. */
export function any<I extends Input>(...generators: readonly Generator<I>[]): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const steps = generators.map((generator) => generator.next(context));
      return soonest(steps, context, (index, then) => any(...generators.with(index, then)));
    },
    update(context, event) {
      const after = updatedAll(generators, (child) => child.update(context, event));
      return after === generators ? self : any(...after);
    },
  };
  return self;
}

/** For each operation a uniform choice among those that have one now: one that waits holds up nobody. Done when all are. */
export function mix<I extends Input>(...generators: readonly Generator<I>[]): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const steps: Step<I>[] = [];
      for (const index of inRandomOrder(generators.length, context)) {
        const step = generators[index]?.next(context) ?? "done";
        if (isInvoke(step) && dueMs(step, context) <= context.timeMs) return { invoke: step.invoke, then: mix(...generators.with(index, step.then)) };
        steps[index] = step;
      }
      return soonest(steps, context, (index, then) => mix(...generators.with(index, then)));
    },
    update(context, event) {
      const after = updatedAll(generators, (child) => child.update(context, event));
      return after === generators ? self : mix(...after);
    },
  };
  return self;
}

/** A random permutation of 0 ... count - 1; lazily, for the first is nearly always enough. */
function* inRandomOrder(count: number, { random }: GeneratorContext): IterableIterator<number> {
  if (count === 0) return;
  const first = random.below(count, "mix");
  yield first;
  yield* random.shuffle(
    Array.from({ length: count }, (_, index) => index).filter((index) => index !== first),
    "mix",
  );
}

export interface WhileFault<I extends Input> {
  /** While no fault is in force. */
  readonly calm: Generator<I>;
  /** While at least one is. */
  readonly trouble: Generator<I>;
}

/** Switches with the nemesis; both keep their state. Done when the one in turn is done. */
export function whileFault<I extends Input>(generators: WhileFault<I>): Generator<I> {
  return whileFaultWith(generators, []);
}

function whileFaultWith<I extends Input>({ calm, trouble }: WhileFault<I>, inForce: readonly string[]): Generator<I> {
  return {
    next(context) {
      const step = (inForce.length > 0 ? trouble : calm).next(context);
      if (!isInvoke(step)) return step;
      return { invoke: step.invoke, then: whileFaultWith(inForce.length > 0 ? { calm, trouble: step.then } : { calm: step.then, trouble }, inForce) };
    },
    update(context, event) {
      const children = { calm: calm.update(context, event), trouble: trouble.update(context, event) };
      if (event.kind !== "fault") return whileFaultWith(children, inForce);
      const others = inForce.filter((id) => id !== event.id);
      return whileFaultWith(children, event.action === "inject" ? [...others, event.id] : event.action === "lift" ? others : inForce);
    },
  };
}
