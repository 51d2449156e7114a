// How fast the simulation is: raw events, events with promises, bare cluster runs, and complete runs of the key-value
// store with runner and check. Per second of processor time. `node bench/simulation.bench.ts [seconds per case]`
import { findNemesis } from "../cli/registry.ts";
import type { Plan } from "../harness/plan.ts";
import { runPlan } from "../harness/runner.ts";
import type { Cluster } from "../harness/runtime.ts";
import { createSimulation } from "../runtimes/simulation/index.ts";
import type { JsonObject } from "../harness/json.ts";
import { callOf, toyPlan, toySubject, type Behaviour } from "../runtimes/simulation/fixtures/toy.ts";
import { raftRun, toyRaft } from "../runtimes/simulation/fixtures/toy-raft.ts";

const seconds = Number(process.argv[2] ?? 2);
const rows: string[][] = [["case", "runs/s", "events/run", "events/s", "virtual : real"]];

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

async function measure(name: string, once: (seed: string) => Promise<Done>): Promise<void> {
  for (let warmUp = 0; warmUp < 30; warmUp++) await once(`warm-up ${warmUp}`);
  let runCount = 0;
  let eventCount = 0;
  let virtualMs = 0;
  const start = process.cpuUsage();
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  while (usedMs() < seconds * 1_000) {
    const done = await once(`seed ${runCount++}`);
    eventCount += done.eventCount;
    virtualMs += done.virtualMs;
  }
  const tookMs = usedMs();
  rows.push([
    name,
    ((runCount / tookMs) * 1_000).toFixed(0),
    (eventCount / runCount).toFixed(0),
    `${(eventCount / tookMs / 1_000).toFixed(2)} M`,
    `${(virtualMs / tookMs).toFixed(0)} : 1`,
  ]);
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

/** Complete runs: generator, clients, nemeses, recorder, invariants, linearizability. 40 operations by four clients in ten seconds. */
async function complete(nemeses: readonly string[], simulation: JsonObject): Promise<(seed: string) => Promise<Done>> {
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
      nodes: 3,
      clients: 4,
      rateHz: 4,
      durationMs: 9_500,
      options: { simulation },
    };
    const result = await runPlan({ system, plan, variant, workload, nemeses: nemeses.map(findNemesis), runtime });
    if (result.verdict.verdict === "invalid") throw new Error(`${seed}: ${result.verdict.why}`);
    return { eventCount: result.statistics.cluster.eventCount, virtualMs: result.statistics.runMs };
  };
}

await measure(
  "timers only",
  bare(ticking, (cluster) => forAWhile(cluster, 2_000)),
);
await measure(
  "ping-pong, callbacks",
  bare(pingPong, (cluster) => forAWhile(cluster, 10_000)),
);
await measure(
  "ping-pong, promises",
  bare(promises, (cluster) => forAWhile(cluster, 10_000)),
);
await measure("toy Raft, 40 operations, 10 s", bare(toyRaft, raftRun));
await measure("toy Raft, swarm", bare(toyRaft, raftRun, { swarm: true }));
await measure("kv with runner and check, no faults", await complete([], {}));
await measure("kv with runner and check, swarm of faults", await complete(["swarm", "targeted"], { swarm: true }));

const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
for (const row of rows)
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("   "));
