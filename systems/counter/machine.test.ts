// The counter's replicated state: exactly once, resharding without loss, snapshots that hold everything.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import { CounterMachine, initialShardCount, type CounterCommand } from "./machine.ts";

describe("an add", () => {
  test("counts once however often it is repeated, also after later ones", () => {
    const machine = new CounterMachine();
    for (const sequence of [1, 1, 2, 1, 2]) apply(machine, add(machine, sequence, "5"));
    expect(machine.total()).toBe("10");
  });

  test("that was routed to a shard of an older epoch does nothing and says where to go", () => {
    const machine = new CounterMachine();
    const routed = add(machine, 1, "5");
    apply(machine, { kind: "reshard", shards: 2, client: "r", sequence: 1 });
    expect(apply(machine, routed)).toEqual({ status: "moved", epoch: 2, shardCount: 2 });
    expect(machine.total()).toBe("0");
    apply(machine, add(machine, 1, "5"));
    expect(machine.total()).toBe("5");
  });

  test("keeps amounts beyond 2^53 to the unit", () => {
    const machine = new CounterMachine();
    apply(machine, add(machine, 1, "1152921504606846977"));
    apply(machine, add(machine, 2, "-1"));
    expect(machine.total()).toBe("1152921504606846976");
  });
});

describe("a reshard", () => {
  test("is refused while another one moves", () => {
    const machine = new CounterMachine();
    apply(machine, { kind: "reshard", shards: 2, client: "r", sequence: 1 });
    expect(apply(machine, { kind: "reshard", shards: 3, client: "r", sequence: 2 })).toMatchObject({ status: "busy" });
    for (let move = machine.nextMove(); move !== null; move = machine.nextMove()) apply(machine, move);
    expect(apply(machine, { kind: "reshard", shards: 3, client: "r", sequence: 2 })).toEqual({ status: "done" });
  });

  test("moves each shard once, also when the command is repeated", () => {
    const machine = new CounterMachine();
    for (let sequence = 1; sequence <= 8; sequence++) apply(machine, add(machine, sequence, "1"));
    apply(machine, { kind: "reshard", shards: 3, client: "r", sequence: 1 });
    const first = machine.nextMove();
    if (first === null) throw new Error("nothing moves");
    apply(machine, first);
    apply(machine, first);
    expect(machine.total()).toBe("8");
  });
});

test("any order of adds, repetitions, reshards, moves and restarts from a snapshot gives the sum of the adds", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), delta: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }) }),
    fc.record({ kind: fc.constant("repeat" as const) }),
    fc.record({ kind: fc.constant("reshard" as const), shards: fc.integer({ min: 1, max: 2 * initialShardCount }) }),
    fc.record({ kind: fc.constant("move" as const) }),
    fc.record({ kind: fc.constant("restart" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let machine = new CounterMachine();
      let [sum, sequence, reshards] = [0n, 0, 0];
      let last: bigint | undefined;
      for (const next of steps) {
        if (next.kind === "add") {
          last = next.delta;
          sum += next.delta;
          apply(machine, add(machine, ++sequence, next.delta.toString()));
        } else if (next.kind === "repeat" && last !== undefined) apply(machine, add(machine, sequence, last.toString()));
        else if (next.kind === "reshard") apply(machine, { kind: "reshard", shards: next.shards, client: "r", sequence: ++reshards });
        else if (next.kind === "move") move(machine);
        else if (next.kind === "restart") machine = restarted(machine);
      }
      expect(machine.total()).toBe(sum.toString());
    }),
  );
});

test("a user who likes twice counts once, and unliking is idempotent", () => {
  const machine = new CounterMachine();
  const change = (kind: "like" | "unlike", user: string, sequence: number): unknown => apply(machine, { kind, user, client: "c", sequence });
  change("like", "a", 1);
  change("like", "a", 2);
  change("like", "b", 3);
  change("unlike", "b", 4);
  change("unlike", "b", 5);
  expect(machine.likeCount()).toBe("1");
  expect(restarted(machine).likeCount()).toBe("1");
});

function add(machine: CounterMachine, sequence: number, delta: string): CounterCommand {
  return { kind: "add", client: "c", sequence, delta, ...machine.route(sequence) };
}

function move(machine: CounterMachine): void {
  const next = machine.nextMove();
  if (next !== null) apply(machine, next);
}

function apply(machine: CounterMachine, command: CounterCommand): unknown {
  return machine.apply(command as unknown as Json);
}

function restarted(machine: CounterMachine): CounterMachine {
  const other = new CounterMachine();
  other.restore(machine.snapshot());
  return other;
}
