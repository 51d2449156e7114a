// The laws of a state-based counter, and what breaks when one is dropped.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PnCounter } from "./pn-counter.ts";

const actors = ["n1", "n2", "n3"];
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), at: fc.nat(2), delta: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }) }),
  fc.record({ kind: fc.constant("gossip" as const), from: fc.nat(2), to: fc.nat(2) }),
);

test("replicas that have seen everything agree on the sum of all adds, whatever the order and repetition of merges", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const replicas = actors.map(() => new PnCounter());
      let sum = 0n;
      for (const next of steps) {
        if (next.kind === "add") {
          replicas[next.at]?.add(actors[next.at] ?? "", next.delta);
          sum += next.delta;
        } else gossip(replicas[next.from], replicas[next.to]);
      }
      for (let round = 0; round < 2; round++) for (const from of replicas) for (const to of replicas) gossip(from, to);
      expect(replicas.map((replica) => replica.value())).toEqual([sum, sum, sum]);
      expect(new Set(replicas.map((replica) => JSON.stringify(replica.entries()))).size).toBe(1);
    }),
  );
});

test("a merge says whether anything was news", () => {
  const counter = new PnCounter();
  expect(counter.merge("n1", { added: "5", subtracted: "0" })).toBe(true);
  expect(counter.merge("n1", { added: "5", subtracted: "0" })).toBe(false);
  expect(counter.merge("n1", { added: "4", subtracted: "1" })).toBe(true);
  expect(counter.value()).toBe(4n);
});

function gossip(from: PnCounter | undefined, to: PnCounter | undefined): void {
  for (const [actor, totals] of from?.entries() ?? []) to?.merge(actor, totals);
}
