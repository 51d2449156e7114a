import { runPlan } from "../harness/runner.ts";
import { resolveWith, plansOf } from "../api/check-system.ts";
const { system } = await import(`../systems/${process.argv[2]}/index.ts`);
const [workload, n, nodes, nem] = process.argv.slice(3);
let ok=0, all = 0, ev=0, msgs=0; 
const plans = [...plansOf(system, { workload: workload!, nodes: Number(nodes), clients: 4, rateHz: 4, durationMs: 10000, seeds: Number(n), ...(nem ? { nemeses: nem.split(",") } : {}), options: {phases: {coreLivenessMs: 0, warmUpMs: 0}}})];
for (const p of plans.slice(0, 200)) await runPlan(resolveWith(system, p));
const c = process.cpuUsage(), t = performance.now();
for (const p of plans) { const r = await runPlan(resolveWith(system, p)); ok += r.statistics.okCount; all += r.history.operations.length; ev += r.statistics.cluster.eventCount; msgs += r.statistics.cluster.messageCount; }
const u = process.cpuUsage(c); const ms = (u.user + u.system) / 1000;
console.log({ runsPerCpuSecond: (plans.length / ms * 1000).toFixed(0), wallRps: (plans.length/(performance.now()-t)*1000).toFixed(0), ok: ok / plans.length, ops: all/plans.length, events: ev / plans.length, messages: msgs/plans.length, eventsPerCpuSecond: (ev / ms * 1000).toFixed(0) });
