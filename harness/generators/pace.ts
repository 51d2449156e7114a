// Combinators that say when: random gaps for a mean rate, fixed gaps, a pause.
import type { Generator, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { dueMs, isInvoke, updated } from "./step.ts";

/** Mean rate of all clients together: gaps uniform in [0, 2 / rate), the first operation at once. Late operations are not made up for. */
export function stagger<I extends Input>(rateHz: number, generator: Generator<I>): Generator<I> {
  return staggerFrom({ gapMs: 1000 / rateHz, notBeforeMs: 0 }, generator);
}

function staggerFrom<I extends Input>(pace: { readonly gapMs: number; readonly notBeforeMs: number }, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      if (context.timeMs < pace.notBeforeMs) return { waitUntilMs: pace.notBeforeMs };
      const step = generator.next(context);
      if (!isInvoke(step)) return step;
      const notBeforeMs = dueMs(step, context) + 2 * pace.gapMs * context.random.float("stagger");
      return { invoke: step.invoke, then: staggerFrom({ gapMs: pace.gapMs, notBeforeMs }, step.then) };
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => staggerFrom(pace, child)),
  };
  return self;
}

/** One operation every `ms` milliseconds, all clients together; when it falls behind it catches up. */
export function delay<I extends Input>(ms: number, generator: Generator<I>): Generator<I> {
  return delayFrom({ ms, nextMs: undefined }, generator);
}

function delayFrom<I extends Input>(pace: { readonly ms: number; readonly nextMs: number | undefined }, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      if (pace.nextMs !== undefined && context.timeMs < pace.nextMs) return { waitUntilMs: pace.nextMs };
      const step = generator.next(context);
      if (!isInvoke(step)) return step;
      const nextMs = (pace.nextMs ?? dueMs(step, context)) + pace.ms;
      return { invoke: step.invoke, then: delayFrom({ ms: pace.ms, nextMs }, step.then) };
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => delayFrom(pace, child)),
  };
  return self;
}

/**
 * No operation for `ms` milliseconds. In a sequence the time counts from the last invocation or completion of that
 * sequence (the start of the phase if there was none): a generator has no other moment at which it could take note of the time.
 */
export function sleep<I extends Input>(ms: number): Generator<I> {
  return sleepSince({ ms, sinceMs: 0 });
}

function sleepSince<I extends Input>(pause: { readonly ms: number; readonly sinceMs: number }): Generator<I> {
  const self: Generator<I> = {
    next: (context): Step<I> => (context.timeMs < pause.sinceMs + pause.ms ? { waitUntilMs: pause.sinceMs + pause.ms } : "done"),
    update: (context, event) => (event.kind === "fault" ? self : sleepSince({ ms: pause.ms, sinceMs: context.timeMs })),
  };
  return self;
}
