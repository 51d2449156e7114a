// What the other generators remember: tokens that travel, sessions that move, feeds that resume, locks that are held too long.
import { describe, expect, test } from "vitest";
import { execute, type Executed } from "../harness/generators/fixtures/simulated-executor.ts";
import type { Input, Outcome } from "../harness/operation.ts";
import type { Workload, WorkloadOptions } from "../harness/workload.ts";
import { counterWorkload } from "./counter.ts";
import { counter, ids, locks, staleStore, text, watched, type ObjectUnderTest } from "./fixtures/objects.ts";
import { lockWorkload } from "./lock.ts";
import { staleRegisterWorkload } from "./stale-register.ts";
import { uniqueIdsWorkload } from "./unique-ids.ts";
import { watchWorkload } from "./watch.ts";

const options: WorkloadOptions = { nodes: ["n1", "n2", "n3"], clientCount: 6, rateHz: 40, durationMs: 10_000, parameters: {} };

interface Answered extends Executed {
  readonly outcome: Outcome;
}

function load(workload: Workload, object: ObjectUnderTest, more: Partial<WorkloadOptions> & { seed?: string; infoEvery?: number } = {}): Answered[] {
  const outcomes: Outcome[] = [];
  const { seed = "1", infoEvery = Infinity, ...rest } = more;
  const outcome = (_random: unknown, input: Input): Outcome => {
    const output = object(input);
    const isLost = outcomes.length % infoEvery === infoEvery - 1;
    const result: Outcome = isLost ? { type: "info", error: "no answer" } : output === undefined ? { type: "fail", error: "held" } : { type: "ok", output };
    outcomes.push(result);
    return result;
  };
  const executed = execute(workload.generator({ ...options, ...rest }), { clients: options.clientCount, nodes: options.nodes, seed, outcome });
  return executed.map((operation, index) => ({ ...operation, outcome: outcomes[index] ?? { type: "info", error: "?" } }));
}

const member = (outcome: Outcome, name: string): unknown =>
  outcome.type === "ok" && typeof outcome.output === "object" && outcome.output !== null && !Array.isArray(outcome.output)
    ? Object.entries(outcome.output).find(([key]) => key === name)?.[1]
    : undefined;

describe("unique-ids", () => {
  test("passes tokens on that were handed out before, mostly to other processes", () => {
    const operations = load(uniqueIdsWorkload, ids());
    const asked = operations.filter(({ input }) => input["after"] !== undefined);
    expect(asked.length / operations.length).toBeGreaterThan(0.15);
    const giverOf = ({ input, fromMs }: Answered): Answered | undefined =>
      operations.find((other) => other.toMs <= fromMs && JSON.stringify(other.outcome).includes(`"${text(input, "after")}"`));
    expect(asked.every((operation) => giverOf(operation) !== undefined)).toBe(true);
    expect(asked.filter((operation) => giverOf(operation)?.process !== operation.process).length / asked.length).toBeGreaterThan(0.5);
  });

  test("asks for batches, and for bursts beyond what 12 bits can number", () => {
    const counts = load(uniqueIdsWorkload, ids(), { rateHz: 100 }).map(({ input }) => Number(input["count"] ?? 1));
    expect(counts.filter((count) => count > 1 && count <= 8).length).toBeGreaterThan(50);
    expect(counts.filter((count) => count > 4096).length).toBeGreaterThan(3);
    expect(load(uniqueIdsWorkload, ids(), { parameters: { burstPermille: 0, batchPercent: 0 } }).every(({ input }) => input["count"] === undefined)).toBe(true);
  });
});

test("counters only grow in about half of the runs, by amounts that floats cannot add", () => {
  const runs = Array.from({ length: 40 }, (_, seed) =>
    load(counterWorkload, counter(), { seed: String(seed) }).flatMap(({ input }) => (input.f === "add" ? [text(input, "delta")] : [])),
  );
  const growing = runs.filter((deltas) => deltas.every((delta) => !delta.startsWith("-"))).length;
  expect(growing).toBeGreaterThan(8);
  expect(growing).toBeLessThan(32);
  expect(new Set(runs.flat().map((delta) => delta.replace("-", "")))).toEqual(new Set(["1", "1000", "1000000", "1152921504606846977"]));
});

describe("stale-register", () => {
  test("sessions carry the newest revision they have seen, and read at other nodes", () => {
    const operations = load(staleRegisterWorkload, staleStore());
    const reads = operations.filter(({ input }) => input.f === "stale-read" && input["after"] !== undefined);
    expect(reads.length).toBeGreaterThan(50);
    for (const { input, slot, fromMs } of reads) {
      const seen = operations.filter((other) => other.slot === slot && other.toMs <= fromMs).map(({ outcome }) => Number(member(outcome, "revision") ?? 0));
      expect(Number(input["after"])).toBe(Math.max(...seen));
    }
    expect(new Set(operations.filter(({ slot, node }) => slot === 0 && node !== undefined).map(({ node }) => node)).size).toBe(3);
  });
});

describe("watch", () => {
  test("watchers resume where their last answer ended, also after an answer was lost, also at another node", () => {
    const operations = load(watchWorkload, watched(), { infoEvery: 7 }).filter(({ input, slot }) => input.f === "watch" && slot === 0);
    let next = "0";
    for (const { input, outcome } of operations) {
      expect(input["from"]).toBe(next);
      const answered = member(outcome, "next");
      if (typeof answered === "string") next = answered;
    }
    expect(operations.length).toBeGreaterThan(20);
    expect(new Set(operations.map(({ process }) => process)).size).toBeGreaterThan(1);
    expect(new Set(operations.flatMap(({ node }) => node ?? [])).size).toBe(3);
  });

  test("at the end every node's feed is read until nothing is new, and given up after three lost answers", () => {
    const object = watched();
    for (let index = 0; index < 23; index++) object({ f: "put", key: "k", value: String(index) });
    const reads = execute(watchWorkload.finalGenerator(options), { clients: 4, outcome: (_random, input) => ({ type: "ok", output: object(input) ?? null }) });
    for (const node of options.nodes)
      expect(reads.filter((read) => read.node === node).map(({ input }) => input["from"])).toEqual(["0", "6", "11", "16", "21", "24"]);
    const lost = execute(watchWorkload.finalGenerator(options), { clients: 4, outcome: () => ({ type: "info", error: "no answer" }) });
    expect(lost.length).toBe(3 * 3);
  });

  test("with a single client that one both writes and watches", () => {
    const outcome = {
      clients: 1,
      outcome: (_random: unknown, input: Input): Outcome => ({ type: "ok", output: input.f === "watch" ? { events: [], next: "0" } : { revision: "1" } }),
    };
    const functions = new Set(execute(watchWorkload.generator({ ...options, clientCount: 1 }), outcome).map(({ input }) => input.f));
    expect(functions).toEqual(new Set(["put", "delete", "watch"]));
  });
});

describe("lock", () => {
  test("holders store under their own tokens, and old tokens are used again after newer ones", () => {
    const operations = load(lockWorkload, locks(), { infoEvery: 11 });
    const stores = operations.filter(({ input }) => input.f === "store");
    const isOfHolder = ({ input, process, fromMs }: Answered): boolean =>
      operations.some(
        (other) => other.input.f === "acquire" && other.process === process && other.toMs <= fromMs && member(other.outcome, "fence") === input["fence"],
      );
    expect(stores.filter(isOfHolder).length).toBeGreaterThan(20);
    expect(stores.filter((operation) => !isOfHolder(operation)).length).toBeGreaterThan(10);
    expect(stores.some(({ outcome }) => member(outcome, "accepted") === false)).toBe(true);
    expect(operations.some(({ input }) => input.f === "release")).toBe(true);
  });

  test("the token of a process that is gone for good lives on", () => {
    const operations = load(lockWorkload, locks(), { infoEvery: 5 });
    const orphans = operations.filter(({ input, outcome }) => input.f === "store" && outcome.type === "info");
    const isReleased = (fence: unknown): boolean => operations.some(({ input }) => input.f === "release" && input["fence"] === fence);
    const lateUses = orphans.filter(
      ({ input, toMs }) =>
        !isReleased(input["fence"]) && operations.some((other) => other.input.f === "store" && other.input["fence"] === input["fence"] && other.fromMs > toMs),
    );
    expect(lateUses.length).toBeGreaterThan(3);
  });

  test("at the end token 0 is tried at every node", () => {
    const last = execute(lockWorkload.finalGenerator(options), { clients: 3, outcome: () => ({ type: "ok", output: { accepted: false } }) });
    expect(last.map(({ node, input }) => [node, input["fence"]])).toEqual(
      options.nodes.flatMap((node) => [
        [node, "0"],
        [node, "0"],
      ]),
    );
  });
});
