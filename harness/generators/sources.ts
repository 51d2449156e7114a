// Where operations come from: one input, the same input for ever, a function. The leaves of every generator.
import type { Generator, GeneratorContext, Invocation } from "../generator.ts";
import type { Input } from "../operation.ts";

/** Nothing at all: done at once. */
export function nothing<I extends Input>(): Generator<I> {
  const self: Generator<I> = { next: () => "done", update: () => self };
  return self;
}

/** One operation. */
export function once<I extends Input>(input: I): Generator<I> {
  const self: Generator<I> = { next: () => ({ invoke: { input }, then: nothing() }), update: () => self };
  return self;
}

/** The same operation for ever; bound it with `limit` or `timeLimit`. */
export function repeat<I extends Input>(input: I): Generator<I> {
  return fromFunction(() => input);
}

/**
 * Asks a function for each operation, for ever; it ends with `done` and may pass with `wait-for-event`.
 * It must be pure but for draws from `context.random`: an answer may be discarded and asked for again.
 */
export function fromFunction<I extends Input>(draw: (context: GeneratorContext) => I | "wait-for-event" | "done"): Generator<I> {
  return fromInvocations((context) => {
    const input = draw(context);
    return typeof input === "string" ? input : { input };
  });
}

/** As `fromFunction`, for functions that also choose the node, the process or the time. */
export function fromInvocations<I extends Input>(draw: (context: GeneratorContext) => Invocation<I> | "wait-for-event" | "done"): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const invoke = draw(context);
      return typeof invoke === "string" ? invoke : { invoke, then: self };
    },
    update: () => self,
  };
  return self;
}
