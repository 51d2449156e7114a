import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SlotMachine, type ExpireCommand, type HoldCommand, type SlotGrant } from "./slot-machine.ts";

const hold = (node: string, change: Partial<HoldCommand> = {}): HoldCommand => ({
  kind: "hold",
  node,
  incarnation: 1,
  wallMs: 1000,
  horizonMs: 3000,
  wantsAnother: false,
  ...change,
});
const granted = (machine: SlotMachine, command: HoldCommand | ExpireCommand): SlotGrant | null => machine.apply(command) as SlotGrant | null;

describe("slots", () => {
  test("go to each node, the lowest first, and are kept by asking again", () => {
    const machine = new SlotMachine();
    expect(granted(machine, hold("a"))).toEqual({ slot: 0, token: 1, aboveMs: 0, horizonMs: 3000 });
    expect(granted(machine, hold("b"))).toEqual({ slot: 1, token: 2, aboveMs: 0, horizonMs: 3000 });
    expect(granted(machine, hold("a", { wallMs: 2000, horizonMs: 4000 }))).toEqual({ slot: 0, token: 1, aboveMs: 0, horizonMs: 4000 });
    expect(granted(machine, hold("a", { wallMs: 500, horizonMs: 2500 }))).toMatchObject({ token: 1, horizonMs: 4000 });
  });

  test("go to another holder only above all that was ever allowed to the one before", () => {
    const machine = new SlotMachine();
    granted(machine, hold("a"));
    machine.apply({ kind: "expire", name: "0", token: 1, renewal: 0 });
    expect(granted(machine, hold("b", { wallMs: 3000, horizonMs: 5000 }))).toMatchObject({ slot: 1 });
    expect(granted(machine, hold("c", { wallMs: 3001, horizonMs: 5001 }))).toEqual({ slot: 0, token: 3, aboveMs: 3000, horizonMs: 5001 });
  });

  test("are not taken back by an expiry that was decided before a renewal", () => {
    const machine = new SlotMachine();
    granted(machine, hold("a"));
    granted(machine, hold("a", { wallMs: 1500, horizonMs: 3500 }));
    machine.apply({ kind: "expire", name: "0", token: 1, renewal: 0 });
    expect(machine.held()).toHaveLength(1);
  });

  test("leave a dead incarnation at once, and a late request of it gets nothing", () => {
    const machine = new SlotMachine();
    granted(machine, hold("a"));
    expect(granted(machine, hold("a", { incarnation: 2, wallMs: 1100, horizonMs: 3100 }))).toMatchObject({ slot: 1, token: 2 });
    expect(granted(machine, hold("a", { wallMs: 5000 }))).toBeNull();
    expect(machine.held().map(({ name }) => name)).toEqual(["1"]);
  });

  test("are changed for one that fits when the holder's clock went back", () => {
    const machine = new SlotMachine();
    granted(machine, hold("a", { wallMs: 9000, horizonMs: 11_000 }));
    expect(granted(machine, hold("a", { wallMs: 1000, horizonMs: 3000, wantsAnother: true }))).toEqual({ slot: 1, token: 2, aboveMs: 0, horizonMs: 3000 });
  });

  test("never have two grants whose stretches of time overlap, whatever clocks say and requests do; nor after a snapshot", () => {
    const command = fc.oneof(
      fc.record({
        kind: fc.constant("hold" as const),
        node: fc.constantFrom("a", "b", "c"),
        incarnation: fc.integer({ min: 1, max: 3 }),
        wallMs: fc.integer({ min: 1, max: 200 }),
        wantsAnother: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant("expire" as const),
        name: fc.constantFrom("0", "1", "2"),
        token: fc.integer({ min: 1, max: 20 }),
        renewal: fc.integer({ min: 0, max: 2 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), fc.nat(60), (commands, snapshotAt) => {
        let machine = new SlotMachine();
        const stretches = new Map<number, SlotGrant>();
        commands.forEach((drawn, index) => {
          if (index === snapshotAt) {
            const copy = new SlotMachine();
            copy.restore(JSON.parse(JSON.stringify(machine.snapshot())) as ReturnType<SlotMachine["snapshot"]>);
            machine = copy;
          }
          const grant = granted(machine, drawn.kind === "hold" ? { ...drawn, horizonMs: drawn.wallMs + 20 } : drawn);
          if (grant !== null) stretches.set(grant.token, grant);
        });
        const all = [...stretches.values()];
        for (const a of all) for (const b of all) if (a.slot === b.slot && a.token < b.token) expect(b.aboveMs).toBeGreaterThanOrEqual(a.horizonMs);
      }),
      { numRuns: 300 },
    );
  });
});
