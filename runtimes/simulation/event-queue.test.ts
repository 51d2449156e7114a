// The event heap against a sorted list.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventQueue, type Event, type EventHandle } from "./event-queue.ts";

const nothing: Event = { fire: () => undefined };

describe("EventQueue", () => {
  test("pops what a sorted list would, whatever is pushed, popped and cancelled in between", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("push" as const), timeUs: fc.nat(20), rank: fc.nat(5) }),
      fc.record({ do: fc.constant("pop" as const) }),
      fc.record({ do: fc.constant("cancel" as const), which: fc.nat(400) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
        const queue = new EventQueue();
        let model: { timeUs: number; rank: number; stage: number; handle: EventHandle }[] = [];
        let stage = 0;
        const handles: EventHandle[] = [];
        for (const each of steps) {
          if (each.do === "push") {
            const rank = each.rank * 1_000_000 + stage;
            const handle = queue.push(nothing, stage, each.timeUs, rank);
            handles.push(handle);
            model.push({ timeUs: each.timeUs, rank, stage: stage++, handle });
          } else if (each.do === "pop") {
            model.sort((a, b) => a.timeUs - b.timeUs || a.rank - b.rank);
            const expected = model.shift();
            expect(queue.pop()).toBe(expected !== undefined);
            if (expected !== undefined) expect([queue.timeUs, queue.stage]).toEqual([expected.timeUs, expected.stage]);
          } else {
            const handle = handles[each.which % Math.max(1, handles.length)] ?? 0;
            const isLive = model.some((entry) => entry.handle === handle);
            expect(queue.cancel(handle)).toBe(isLive);
            model = model.filter((entry) => entry.handle !== handle);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("ignores a handle whose place was given to another event", () => {
    const queue = new EventQueue();
    const stale = queue.push(nothing, 1, 1, 1);
    queue.pop();
    const fresh = queue.push(nothing, 2, 2, 2);
    expect(queue.cancel(stale)).toBe(false);
    expect(queue.length).toBe(1);
    expect(queue.cancel(fresh)).toBe(true);
    expect(queue.cancel(fresh)).toBe(false);
    expect(queue.pop()).toBe(false);
  });

  test("never hands out the handle 0, which callers use for no timer", () => {
    const queue = new EventQueue();
    expect(queue.push(nothing, 0, 0, 0)).not.toBe(0);
    expect(queue.cancel(0)).toBe(false);
    expect(queue.length).toBe(1);
  });

  test("sweeps out cancelled events, so that re-armed timers do not pile up", () => {
    const queue = new EventQueue();
    for (let count = 0; count < 5_000_000; count++) queue.cancel(queue.push(nothing, 0, 1_000, count));
    expect(queue.length).toBe(0);
  });
});
