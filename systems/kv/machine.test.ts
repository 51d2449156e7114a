import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import { hashJson } from "../parts/checksum.ts";
import type { KvCommand } from "./commands.ts";
import { LeaseClock } from "./lease-clock.ts";
import type { LeaseState } from "./locks.ts";
import { KvMachine } from "./machine.ts";

const key = fc.constantFrom("a", "b", "c");
const value = fc.constantFrom("1", "2", "3");
const lease = fc.integer({ min: 1, max: 6 }).map((number) => `lease-${number}`);
const count = fc.integer({ min: 0, max: 5 });

const commands: fc.Arbitrary<KvCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), key, value }) },
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("cas" as const), key, value, expected: fc.oneof(fc.record({ value: fc.option(value) }), fc.record({ revision: count })) }),
  fc.record({ kind: fc.constant("grant" as const), ttlMs: count }),
  fc.record({ kind: fc.constantFrom("renew" as const, "revoke" as const), lease }),
  fc.record({ kind: fc.constant("expire" as const), lease, renewal: count }),
  fc.record({ kind: fc.constant("acquire" as const), name: key, lease: fc.option(lease), ttlMs: count }),
  fc.record({ kind: fc.constant("release" as const), name: key, fence: count }),
  fc.record({ kind: fc.constant("store" as const), name: key, fence: count, value }),
);

test("a machine restored from a snapshot goes on exactly as the one that made it, also through JSON", () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), fc.array(commands, { maxLength: 40 }), (before, after) => {
      const [original, copy] = [new KvMachine(4), new KvMachine(4)];
      for (const command of before) original.apply(command);
      copy.restore(JSON.parse(JSON.stringify(original.snapshot())) as Json);
      for (const command of after) expect(copy.apply(command)).toEqual(original.apply(command));
      expect(copy.keys.changesFrom(1)).toEqual(original.keys.changesFrom(1));
      expect(hashJson(copy.snapshot())).toBe(hashJson(original.snapshot()));
    }),
  );
});

test("keys and changes are those of a plain list of writes", () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), (list) => {
      const machine = new KvMachine(1_000);
      const plain = new Map<string, string>();
      for (const command of list) {
        const output = machine.apply(command) as { readonly done: boolean; readonly changed: boolean };
        if (command.kind === "put" || (command.kind === "cas" && output.done)) plain.set(command.key, command.value);
        if (command.kind === "delete") expect(output.changed).toBe(plain.delete(command.key));
      }
      expect(machine.keys.keysWith("")).toEqual([...plain.keys()].toSorted());
      for (const [name, text] of plain) expect(machine.keys.find(name)?.value).toBe(text);
      const changes = machine.keys.changesFrom(0) ?? [];
      expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, index) => index + 1));
      const replayed = new Map<string, string>();
      for (const change of changes) {
        if (change.value === null) replayed.delete(change.key);
        else replayed.set(change.key, change.value);
      }
      // Maps are equal whatever the order of their keys.
      expect(replayed).toEqual(plain);
    }),
  );
});

test("changes are told from any revision that is kept; older ones are compacted", () => {
  const machine = new KvMachine(2);
  for (const text of ["1", "2", "3", "4"]) machine.apply({ kind: "put", key: "k", value: text });
  expect(machine.keys.compacted).toBe(2);
  expect([0, 1, 2].map((revision) => machine.keys.changesFrom(revision))).toEqual([null, null, null]);
  const copy = new KvMachine(2);
  copy.restore(machine.snapshot());
  expect(copy.keys.changesFrom(2)).toBeNull();
  expect([3, 4, 5, 9].map((revision) => machine.keys.changesFrom(revision)?.map((change) => change.value))).toEqual([["3", "4"], ["4"], [], []]);
});

test("fencing tokens rise over all locks, and a sink that has seen one takes no lower one", () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), (list) => {
      const machine = new KvMachine(4);
      const highest = new Map<string, number>();
      let last = 0;
      for (const command of list) {
        const output = machine.apply(command) as { readonly done: boolean; readonly fence: number | null };
        if (command.kind === "acquire" && output.fence !== null) {
          expect(output.fence).toBeGreaterThan(last);
          last = output.fence;
        }
        if (command.kind !== "store") continue;
        expect(output.done).toBe(command.fence >= (highest.get(command.name) ?? 1));
        if (output.done) highest.set(command.name, command.fence);
      }
    }),
  );
});

test("an expiry that was decided before a renewal does nothing", () => {
  const machine = new KvMachine(4);
  machine.apply({ kind: "grant", ttlMs: 1 });
  machine.apply({ kind: "renew", lease: "lease-1" });
  expect(machine.apply({ kind: "expire", lease: "lease-1", renewal: 0 })).toMatchObject({ done: false });
  expect(machine.apply({ kind: "expire", lease: "lease-1", renewal: 1 })).toMatchObject({ done: true });
  expect(machine.apply({ kind: "renew", lease: "lease-1" })).toMatchObject({ done: false });
});

const state = (renewal: number): LeaseState => ({ id: "l", ttlMs: 100, renewal });

test("a lease is due when it was silent for its time under one leader; a renewal and a new leader begin anew", () => {
  const clock = new LeaseClock();
  expect(clock.due([state(0)], 0)).toEqual([]);
  expect(clock.due([state(0)], 99)).toEqual([]);
  expect(clock.due([state(1)], 100)).toEqual([]);
  expect(clock.due([state(1)], 199)).toEqual([]);
  expect(clock.due([state(1)], 200)).toEqual([state(1)]);
  clock.forget();
  expect(clock.due([state(1)], 201)).toEqual([]);
});
