// Combinators that say who: every client its own copy, or clients reserved for one kind of work.
import type { Generator, GeneratorContext, GeneratorEvent } from "../generator.ts";
import type { Input } from "../operation.ts";
import { expanding } from "./expanding.ts";
import type { NarrowContext } from "./slots.ts";
import { soonest } from "./soonest.ts";
import { isInvoke, placed } from "./step.ts";

interface Part<I extends Input> {
  readonly generator: Generator<I>;
  /** First slot and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** An independent copy for each client slot. */
export function perClient<I extends Input>(generator: Generator<I>): Generator<I> {
  return expanding((context) => {
    const slots = Array.from({ length: context.clientCount }, (_, slot) => slot);
    return parts(slots.map((slot) => ({ generator, from: slot, to: slot + 1 })));
  });
}

export interface Reservation<I extends Input> {
  readonly count: number;
  readonly generator: Generator<I>;
}

/** The first `count` clients for the first generator, and so on; `rest` for those left. Keeps readers alive while writers block. */
export function reserve<I extends Input>(reservations: readonly Reservation<I>[], rest: Generator<I>): Generator<I> {
  let from = 0;
  const reserved = reservations.map(({ count, generator }) => ({ generator, from, to: (from += count) }));
  return parts([...reserved, { generator: rest, from, to: Infinity }]);
}

function parts<I extends Input>(all: readonly Part<I>[]): Generator<I> {
  return {
    next(context) {
      const steps = all.map((part) => {
        const narrow = narrowed(context, part);
        // Without a free client a part can only wait; whether it is done is asked when one is free.
        if (narrow.free.length === 0) return narrow.slotCount > 0 ? "wait-for-event" : "done";
        const step = part.generator.next(narrow);
        return isInvoke(step) ? { invoke: placed(step.invoke, narrow), then: step.then } : step;
      });
      return soonest(steps, context, (index, then) => parts(all.with(index, { ...at(all, index), generator: then })));
    },
    update: (context, event) =>
      parts(all.map((part) => (isFor(part, context, event) ? { ...part, generator: part.generator.update(narrowed(context, part), event) } : part))),
  };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no part ${index}`);
  return item;
}

function narrowed<I extends Input>(context: GeneratorContext, part: Part<I>): NarrowContext {
  const slotCount = Math.max(0, Math.min(part.to, context.clientCount) - part.from);
  return { ...context, slotCount, free: context.free.filter((process) => isIn(part, process % context.clientCount)) };
}

function isFor<I extends Input>(part: Part<I>, context: GeneratorContext, event: GeneratorEvent<I>): boolean {
  return event.kind === "fault" || isIn(part, event.process % context.clientCount);
}

function isIn<I extends Input>(part: Part<I>, slot: number): boolean {
  return slot >= part.from && slot < part.to;
}
