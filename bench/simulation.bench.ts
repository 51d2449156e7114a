// How fast the simulation is: raw events, events with promises, bare cluster runs, and complete runs of the key-value
// store with runner, check and judge. Per second of processor time, of all threads, warm, the best of several parts; each
// case against its limit on an idle core. `node bench/simulation.bench.ts [seconds per case]`, which fails below a limit
import { findNemesis } from "../cli/registry.ts";
import type { Plan } from "../harness/plan.ts";
import { runPlan } from "../harness/runner.ts";
import type { Cluster } from "../harness/runtime.ts";
import { createSimulation } from "../runtimes/simulation/index.ts";
import type { JsonObject } from "../harness/json.ts";
import { callOf, toyPlan, toySubject, type Behaviour } from "../runtimes/simulation/fixtures/toy.ts";
import { raftRun, toyRaft } from "../runtimes/simulation/fixtures/toy-raft.ts";
import { Table } from "./table.ts";

const seconds = Number(process.argv[2] ?? 2);
const table = new Table("Per second of processor time", ["case", "runs/s", "events/run", "events/s", "virtual : real", "limit", "of it"]);
/** Of one case, the fastest counts: on a machine that others use, the rest say how busy it was. */
const partCount = 5;
const warmUpShare = 0.5;

const pingPong: Behaviour = (environment, { nodes }) => {
  const peer = nodes[(nodes.indexOf(environment.self) + 1) % nodes.length] ?? "";
  const turn = (count: number): void =>
    environment.network.call(peer, { method: "POST", path: "/ping", body: { count } }, { timeoutMs: 1_000 }, () => turn(count + 1));
  environment.network.serve((request, _from, answer) => answer({ status: 200, body: request.body ?? null }));
  turn(0);
};

const promises: Behaviour = (environment, { nodes }) => {
  const peer = nodes[(nodes.indexOf(environment.self) + 1) % nodes.length] ?? "";
  const turns = async (): Promise<never> => {
    for (let count = 0; ; count++) await callOf(environment, peer, { count });
  };
  environment.network.serve((request, _from, answer) => answer({ status: 200, body: request.body ?? null }));
  void turns();
};

const ticking: Behaviour = (environment) => {
  for (let timer = 0; timer < 30; timer++) environment.timers.every(1 + timer / 10, () => undefined);
};

async function forAWhile(cluster: Cluster, virtualMs: number): Promise<void> {
  await cluster.start();
  await cluster.timers.sleep(virtualMs);
}

/** What one run did. */
interface Done {
  readonly eventCount: number;
  readonly virtualMs: number;
}

/** Per second of processor time. */
type Limit = { readonly runs: number } | { readonly events: number };

interface Part extends Done {
  readonly runCount: number;
  readonly usedMs: number;
}

async function measure(name: string, limit: Limit, once: (seed: string) => Promise<Done>): Promise<void> {
  await part(once, seconds * warmUpShare * 1_000);
  let best: Part | undefined;
  for (let index = 0; index < partCount; index++) {
    const measured = await part(once, (seconds * 1_000) / partCount);
    if (best === undefined || measured.runCount / measured.usedMs > best.runCount / best.usedMs) best = measured;
  }
  if (best === undefined) return;
  const { runCount, eventCount, virtualMs, usedMs } = best;
  const [runsPerSecond, eventsPerSecond] = [(runCount / usedMs) * 1_000, (eventCount / usedMs) * 1_000];
  const ratio = "runs" in limit ? runsPerSecond / limit.runs : eventsPerSecond / limit.events;
  if (ratio < 1) process.exitCode = 1;
  table.add(
    name,
    runsPerSecond.toFixed(0),
    (eventCount / runCount).toFixed(0),
    `${(eventsPerSecond / 1e6).toFixed(2)} M`,
    `${(virtualMs / usedMs).toFixed(0)} : 1`,
    "runs" in limit ? `${limit.runs} runs/s` : `${(limit.events / 1e6).toFixed(1)} M events/s`,
    ratio.toFixed(2),
  );
}

/** Seeds begin anew in every part, so that all parts do the same work. */
async function part(once: (seed: string) => Promise<Done>, lengthMs: number): Promise<Part> {
  const start = process.cpuUsage();
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  let [runCount, eventCount, virtualMs] = [0, 0, 0];
  while (usedMs() < lengthMs) {
    const done = await once(`seed ${runCount++}`);
    eventCount += done.eventCount;
    virtualMs += done.virtualMs;
  }
  return { runCount, eventCount, virtualMs, usedMs: usedMs() };
}

/** Runs of the bare runtime. */
function bare(behaviour: Behaviour, body: (cluster: Cluster) => Promise<unknown>, simulation: JsonObject = {}): (seed: string) => Promise<Done> {
  const runtime = createSimulation(toySubject(behaviour));
  return (seed) =>
    runtime.run(toyPlan({ seed, simulation }), async (cluster) => {
      await body(cluster);
      return { eventCount: cluster.statistics().eventCount, virtualMs: cluster.nowNs() / 1e6 };
    });
}

/** Complete runs: generator, clients, nemeses, recorder, invariants, linearizability, verdict. 40 operations by four clients in ten seconds. */
async function complete(nodes: number, nemeses: readonly string[]): Promise<(seed: string) => Promise<Done>> {
  const { system } = await import("../systems/kv/index.ts");
  const [variant] = system.variants;
  const workload = system.workloads.find((each) => each.name === "register");
  if (variant === undefined || workload === undefined) throw new Error("the key-value store has no register workload");
  const runtime = createSimulation({ system });
  return async (seed) => {
    const plan: Plan = {
      schema: "faultline/plan/1",
      system: "kv",
      module: "",
      variant: variant.name,
      workload: "register",
      nemeses,
      runtime: "simulation",
      seed,
      nodes,
      clients: 4,
      rateHz: 4,
      durationMs: 10_000,
      options: { simulation: { swarm: nemeses.length > 0 }, phases: { warmUpMs: 0, coreLivenessMs: 0 } },
    };
    const result = await runPlan({ system, plan, variant, workload, nemeses: nemeses.map(findNemesis), runtime });
    if (result.verdict.verdict === "invalid") throw new Error(`${seed}: ${result.verdict.why}`);
    return { eventCount: result.statistics.cluster.eventCount, virtualMs: result.statistics.runMs };
  };
}

const rawLoop: Limit = { events: 800_000 };
/** The goal of the design; faults mean crashes, recoveries and retries beside the same operations. */
const goal = { three: { runs: 500 }, five: { runs: 250 }, threeFaulty: { runs: 250 }, fiveFaulty: { runs: 125 } } as const;
const faults = ["swarm", "targeted"];

await measure(
  "timers only",
  rawLoop,
  bare(ticking, (cluster) => forAWhile(cluster, 2_000)),
);
await measure(
  "ping-pong, callbacks",
  rawLoop,
  bare(pingPong, (cluster) => forAWhile(cluster, 10_000)),
);
await measure(
  "ping-pong, promises",
  rawLoop,
  bare(promises, (cluster) => forAWhile(cluster, 10_000)),
);
await measure("toy Raft, 40 operations, 10 s", goal.three, bare(toyRaft, raftRun));
await measure("toy Raft, swarm", goal.three, bare(toyRaft, raftRun, { swarm: true }));
await measure("kv, 3 nodes", goal.three, await complete(3, []));
await measure("kv, 3 nodes, faults", goal.threeFaulty, await complete(3, faults));
await measure("kv, 5 nodes", goal.five, await complete(5, []));
await measure("kv, 5 nodes, faults", goal.fiveFaulty, await complete(5, faults));

table.print();
