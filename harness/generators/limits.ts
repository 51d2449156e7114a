// Combinators that end or bound a generator: by count, time, processes, concurrency, success.
import type { Generator, GeneratorContext, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { afterEvent, isOwnCompletion, noOperations, withOwn, type OwnOperations } from "./own-operations.ts";
import { advance, dueMs, isInvoke, placed, updated } from "./step.ts";

/** At most `count` operations. */
export function limit<I extends Input>(count: number, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next: (context) => (count <= 0 ? "done" : advance(generator.next(context), (then) => limit(count - 1, then))),
    update: (context, event) => updated(self, generator, [context, event], (child) => limit(count, child)),
  };
  return self;
}

/** Operations for `ms` milliseconds, counted from the first one. Those in flight at the end are left to complete. */
export function timeLimit<I extends Input>(ms: number, generator: Generator<I>): Generator<I> {
  return timeLimitUntil({ ms, endMs: undefined }, generator);
}

function timeLimitUntil<I extends Input>(bound: { readonly ms: number; readonly endMs: number | undefined }, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const step: Step<I> = bound.endMs !== undefined && context.timeMs >= bound.endMs ? "done" : generator.next(context);
      if (step === "done") return "done";
      const due = dueMs(step, context);
      if (bound.endMs !== undefined && due >= bound.endMs) return { waitUntilMs: bound.endMs };
      return advance(step, (then) => timeLimitUntil({ ms: bound.ms, endMs: bound.endMs ?? due + bound.ms }, then));
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => timeLimitUntil(bound, child)),
  };
  return self;
}

/** Ends once operations of `count` different processes were asked for: bounds the operations left open for ever. */
export function processLimit<I extends Input>(count: number, generator: Generator<I>): Generator<I> {
  return processLimitAfter({ count, seen: [] }, generator);
}

function processLimitAfter<I extends Input>(bound: { readonly count: number; readonly seen: readonly number[] }, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const free = bound.seen.length < bound.count ? context.free : context.free.filter((process) => bound.seen.includes(process));
      if (free.length === 0) return bound.seen.some((process) => isCurrent(process, context)) ? "wait-for-event" : "done";
      const step = generator.next(free.length === context.free.length ? context : { ...context, free });
      if (!isInvoke(step)) return step;
      const invoke = placed(step.invoke, { ...context, free });
      const seen = bound.seen.includes(invoke.process) ? bound.seen : [...bound.seen, invoke.process];
      return { invoke, then: processLimitAfter({ count: bound.count, seen }, step.then) };
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => processLimitAfter(bound, child)),
  };
  return self;
}

/** A process that is busy may come back; one whose slot goes on under a higher number is retired. */
function isCurrent(process: number, context: GeneratorContext): boolean {
  return !context.free.some((other) => other % context.clientCount === process % context.clientCount && other > process);
}

/** At most `count` operations of this generator in flight at once. */
export function concurrencyLimit<I extends Input>(count: number, generator: Generator<I>): Generator<I> {
  return concurrencyLimitWith({ count, own: noOperations }, generator);
}

function concurrencyLimitWith<I extends Input>(bound: { readonly count: number; readonly own: OwnOperations }, generator: Generator<I>): Generator<I> {
  return {
    next(context) {
      if (bound.own.length >= bound.count) return "wait-for-event";
      const step = generator.next(context);
      if (!isInvoke(step)) return step;
      const invoke = placed(step.invoke, context);
      return { invoke, then: concurrencyLimitWith({ count: bound.count, own: withOwn(bound.own, invoke.process) }, step.then) };
    },
    update: (context, event) => concurrencyLimitWith({ count: bound.count, own: afterEvent(bound.own, event) }, generator.update(context, event)),
  };
}

/** Goes on until one of its operations ended `ok`. */
export function untilOk<I extends Input>(generator: Generator<I>): Generator<I> {
  return untilOkWith({ own: noOperations, isDone: false }, generator);
}

function untilOkWith<I extends Input>(state: { readonly own: OwnOperations; readonly isDone: boolean }, generator: Generator<I>): Generator<I> {
  return {
    next(context) {
      if (state.isDone) return "done";
      const step = generator.next(context);
      if (!isInvoke(step)) return step;
      const invoke = placed(step.invoke, context);
      return { invoke, then: untilOkWith({ own: withOwn(state.own, invoke.process), isDone: false }, step.then) };
    },
    update(context, event) {
      const isDone = state.isDone || (isOwnCompletion(state.own, event) && event.outcome.type === "ok");
      return untilOkWith({ own: afterEvent(state.own, event), isDone }, generator.update(context, event));
    },
  };
}
