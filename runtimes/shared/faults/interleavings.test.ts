// Whatever is injected, armed, marked, crashed, lifted and healed at once, and however slow each step is: after the last heal nothing is in force.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Fault, FaultKind, Target } from "../../../harness/faults.ts";
import { settled } from "./fixtures/virtual-time.ts";
import { createWorld, type World } from "./fixtures/world.ts";

type Act =
  | {
      readonly act: "inject" | "arm";
      readonly id: number;
      readonly kind: (typeof kinds)[number];
      readonly target: Target;
      readonly node: string;
      readonly occurrence: number;
      readonly delayMs: number;
    }
  | { readonly act: "lift"; readonly id: number }
  | { readonly act: "mark" | "crash" | "start"; readonly node: string }
  | { readonly act: "heal" | "breathe" }
  | { readonly act: "pass"; readonly ms: number };

const kinds = [
  "partition",
  "kill",
  "stop",
  "pause",
  "slow-cpu",
  "power-cut",
  "disk-full",
  "torn-write",
  "clock-step",
  "clock-drift",
] as const satisfies readonly FaultKind[];
const node = fc.constantFrom("n1", "n2", "n3");
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constant({ self: true } as const),
  fc.constant({ all: true } as const),
  fc.constant({ role: "leader" } as const),
  node.map((name) => ({ nodes: [name] })),
);
const id = fc.integer({ min: 0, max: 3 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constantFrom("inject" as const, "arm" as const),
      id,
      kind: fc.constantFrom(...kinds),
      target,
      node: fc.constantFrom("n1", "n2", "any"),
      occurrence: fc.integer({ min: 1, max: 2 }),
      delayMs: fc.constantFrom(0, 0, 5),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("lift" as const), id }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom("mark" as const, "mark" as const, "crash" as const, "start" as const), node }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("heal" as const, "breathe" as const, "breathe" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 20 }) }) },
);

function faultOf({ id: number, kind, target: targets }: Extract<Act, { act: "inject" | "arm" }>): Fault {
  const name = String(number);
  switch (kind) {
    case "stop":
      return { id: name, kind, targets, params: { limitMs: 10 } };
    case "slow-cpu":
      return { id: name, kind, targets, params: { factor: 3 } };
    case "power-cut":
      return { id: name, kind, targets, params: { torn: false } };
    case "clock-step":
      return { id: name, kind, targets, params: { offsetMs: 100 } };
    case "clock-drift":
      return { id: name, kind, targets, params: { ratePpm: 1_000 } };
    case "partition":
    case "kill":
    case "pause":
    case "disk-full":
    case "torn-write":
      return { id: name, kind, targets, params: {} };
  }
}

/** Begins it and does not wait. */
function begin(world: World, step: Act, underWay: Promise<unknown>[]): Promise<void> {
  const { faults, time } = world;
  switch (step.act) {
    case "inject":
      underWay.push(faults.inject(faultOf(step)));
      break;
    case "arm":
      underWay.push(faults.arm(faultOf(step), { mark: "tick", node: step.node, occurrence: step.occurrence, delayMs: step.delayMs }, () => undefined));
      break;
    case "lift":
      underWay.push(faults.lift(String(step.id)));
      break;
    case "heal":
      underWay.push(faults.heal());
      break;
    case "mark":
      world.member(step.node).mark("tick");
      break;
    case "crash":
      world.member(step.node).crash();
      break;
    case "start":
      if (world.member(step.node).holders.size === 0) underWay.push(world.member(step.node).start());
      break;
    case "pass":
      return time.pass(step.ms);
    case "breathe":
      return settled();
  }
  return Promise.resolve();
}

function expectWhole({ links, members }: World): void {
  expect(links.inForce.size).toBe(0);
  for (const member of members) {
    const { disk, holders, pausers, running, traps, watchedMarks } = member;
    expect({ disk, holders: [...holders], pausers: [...pausers], traps, watchedMarks, factors: running?.factors, runs: running !== undefined }).toEqual({
      disk: [],
      holders: [],
      pausers: [],
      traps: [],
      watchedMarks: [],
      factors: [],
      runs: true,
    });
  }
}

/** Of dead nodes whose disk's switches are settled: empty. */
const directory = mkdtempSync(join(tmpdir(), "faultline-interleavings-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("after heal nothing is in force and every node runs, whatever was called before and how slow each step is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }), async (steps, pauses) => {
      let count = 0;
      const delay = async (): Promise<void> => {
        const turns = pauses[count++ % pauses.length] ?? 0;
        for (let turn = 0; turn < turns; turn++) await (turn % 2 === 0 ? Promise.resolve() : settled());
      };
      const world = await createWorld({ delay, member: () => ({ directory, cutPower: () => Promise.resolve({ detail: { lostWrites: 1 } }) }) });
      const underWay: Promise<unknown>[] = [];
      for (const step of steps) await begin(world, step, underWay);
      await world.faults.heal();
      expectWhole(world);
      for (const outcome of await Promise.allSettled(underWay)) expect(outcome).toMatchObject({ status: "fulfilled" });
      // What slews home does so within the time that it drifted.
      await world.time.pass(1_000);
      expectWhole(world);
      for (const member of world.members) expect(member.clock).toMatchObject({ offsetMs: 0, ratePpm: 0 });
      world.faults.close();
      expect(world.time.pendingCount).toBe(0);
    }),
    { numRuns: 300 },
  );
});
