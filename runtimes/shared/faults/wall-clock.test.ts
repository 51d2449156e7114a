// The arithmetic of clock faults against the simulation's clock: the same faults give the same offsets at all times.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ActiveFault } from "../../simulation/active-fault.ts";
import { epochMs, HostClock } from "../../simulation/clock.ts";
import { WallClock } from "./wall-clock.ts";

type Change = { readonly afterMs: number } & (
  | { readonly kind: "step"; readonly id: number; readonly offsetMs: number }
  | { readonly kind: "drift"; readonly id: number; readonly ratePpm: number }
  | { readonly kind: "lift"; readonly id: number }
);

const afterMs = fc.integer({ min: 0, max: 20_000 });
const id = fc.integer({ min: 0, max: 5 });
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    fc.record({ afterMs, kind: fc.constant("step" as const), id, offsetMs: fc.integer({ min: -100_000, max: 100_000 }) }),
    fc.record({ afterMs, kind: fc.constant("drift" as const), id, ratePpm: fc.integer({ min: -10_000, max: 10_000 }) }),
    fc.record({ afterMs, kind: fc.constant("lift" as const), id }),
  ),
  { maxLength: 20 },
);

describe("a wall clock", () => {
  test("is wrong by as much as the simulation's, whatever comes and goes", () => {
    fc.assert(
      fc.property(changes, afterMs, (all, restMs) => {
        const clock = new WallClock();
        const model = new HostClock();
        const faults = Array.from({ length: 6 }, (_, n) => new ActiveFault({ id: String(n), kind: "pause", targets: { all: true }, params: {} }, []));
        let nowMs = 0;
        for (const change of [...all, { kind: "lift", id: 0, afterMs: restMs } as const]) {
          nowMs += change.afterMs;
          const fault = faults[change.id];
          if (fault === undefined) throw new Error("no such fault");
          if (change.kind === "step") {
            clock.step(fault.fault.id, change.offsetMs);
            model.step(fault, change.offsetMs);
          } else if (change.kind === "drift") {
            clock.drift(fault.fault.id, change.ratePpm, nowMs);
            model.drift(fault, change.ratePpm, nowMs * 1_000);
          } else {
            clock.lift(fault.fault.id, nowMs);
            model.lift(fault, nowMs * 1_000);
          }
          const modelMs = model.wallMs(nowMs * 1_000) - epochMs - nowMs;
          expect(Math.abs(clock.errorAt(nowMs).offsetMs - modelMs)).toBeLessThanOrEqual(1.01);
        }
      }),
    );
  });

  test("keeps its pace until the next change that it announces", () => {
    fc.assert(
      fc.property(changes, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const clock = new WallClock();
        let nowMs = 0;
        for (const change of all) {
          nowMs += change.afterMs;
          if (change.kind === "step") clock.step(String(change.id), change.offsetMs);
          else if (change.kind === "drift") clock.drift(String(change.id), change.ratePpm, nowMs);
          else clock.lift(String(change.id), nowMs);
        }
        const { anchorMs, offsetMs, ratePpm } = clock.errorAt(nowMs);
        const laterMs = nowMs + share * ((clock.nextChangeMs(nowMs) ?? nowMs + 10_000) - nowMs);
        const foretoldMs = offsetMs + (ratePpm * (laterMs - anchorMs)) / 1e6;
        expect(clock.errorAt(laterMs).offsetMs).toBeCloseTo(foretoldMs, 6);
      }),
    );
  });

  test("is right again when all faults are lifted and all drifts have slewed back", () => {
    fc.assert(
      fc.property(changes, (all) => {
        const clock = new WallClock();
        let nowMs = 0;
        for (const change of all) {
          nowMs += change.afterMs;
          if (change.kind === "step") clock.step(String(change.id), change.offsetMs);
          else if (change.kind === "drift") clock.drift(String(change.id), change.ratePpm, nowMs);
          else clock.lift(String(change.id), nowMs);
        }
        for (const each of [0, 1, 2, 3, 4, 5]) clock.lift(String(each), nowMs);
        for (let next = clock.nextChangeMs(nowMs); next !== undefined; next = clock.nextChangeMs(nowMs)) nowMs = next;
        expect(clock.errorAt(nowMs)).toEqual({ offsetMs: 0, ratePpm: 0, anchorMs: nowMs });
      }),
    );
  });

  test("tells how much of it is whose", () => {
    const clock = new WallClock();
    clock.step("a", 100);
    clock.drift("b", 1_000, 0);
    expect([clock.shareMs("a", 5_000), clock.shareMs("b", 5_000), clock.shareMs("c", 5_000)]).toEqual([100, 5, 0]);
    clock.lift("b", 5_000);
    expect(clock.shareMs("b", 7_000)).toBeCloseTo(3);
  });
});
