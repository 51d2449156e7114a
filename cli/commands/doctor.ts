// `doctor`: what this machine offers, what is therefore left out, and whether the simulation and the processes keep their word here.
import { availableParallelism } from "node:os";
import { EnvironmentError, UsageError } from "../../harness/errors.ts";
import { faultKinds } from "../../harness/faults.ts";
import type { Plan } from "../../harness/plan.ts";
import { searchPlan } from "../../harness/search.ts";
import { table } from "../../reports/table.ts";
import { visible } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { capabilitiesOf, type Capabilities } from "../feasibility.ts";
import { hostFacts } from "../host.ts";
import { probeMechanisms, type Mechanism } from "../mechanisms.ts";
import { resolvePlan, shippedSystems, type LoadedSystem } from "../registry.ts";
import { shippedRuntimes } from "../runtimes.ts";

export const doctorCommand: CommandDefinition = {
  name: "doctor",
  argument: "",
  argumentText: "",
  summary: "say what this machine can and cannot do",
  options: [],
  examples: ["doctor", "doctor --json"],
  run: run,
};

interface Finding {
  readonly name: string;
  readonly isGood: boolean;
  readonly text: string;
}

type RuntimeFaults = readonly (readonly [Plan["runtime"], Capabilities | string])[];

async function run(session: Session): Promise<Conclusion> {
  await session.sweeper.sweep();
  const loaded = await session.loadSystem(shippedSystems[0] ?? "");
  const findings = [nodeVersion(), cores(), store(session), await determinism(session, loaded), await processes(session, loaded)];
  const mechanisms = await probeMechanisms();
  const faults = await faultsByRuntime(loaded);
  const facts = Object.entries(hostFacts()).map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  const lines = [
    ...findings.map(({ name, isGood, text }) => `${session.paint(isGood ? "good" : "bad", isGood ? "✓" : "✗")} ${name}: ${text}`),
    ...mechanisms.map((mechanism) => mechanismLine(session, mechanism)),
    "",
    ...faultLines(faults),
    "",
    ...facts,
  ];
  return {
    ending: findings.every((finding) => finding.isGood) ? "valid" : "environment",
    text: `${lines.join("\n")}\n`,
    document: {
      schema: "faultline/doctor/1",
      verdict: null,
      findings: findings.map((finding) => ({ ...finding })),
      mechanisms: mechanisms.map((mechanism) => ({ ...mechanism })),
      faults: Object.fromEntries(faults.map(([runtime, found]) => [runtime, typeof found === "string" ? found : { ...found }])),
      host: { ...hostFacts() },
    },
  };
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  return { name: "node", isGood: major >= 24, text: major >= 24 ? process.version : `${process.version} is too old: 24 or newer is needed` };
}

function cores(): Finding {
  return { name: "cores", isGood: true, text: `${availableParallelism()} for explore, campaign and bugs` };
}

function store(session: Session): Finding {
  try {
    session.store.prepare();
    return { name: "store", isGood: true, text: `${session.store.directory} can be written` };
  } catch (error) {
    if (error instanceof UsageError || error instanceof EnvironmentError) return { name: "store", isGood: false, text: `${error.message} ${error.wayOut}` };
    throw error;
  }
}

/** One small plan twice: the same seed must give the same trace. */
async function determinism(session: Session, loaded: LoadedSystem): Promise<Finding> {
  const plan = searchPlan({ ...loaded, seedBase: "doctor", index: 0 });
  const [first, second] = [await runHere(session, plan), await runHere(session, plan)];
  const hash = first.statistics.cluster.traceHash;
  const isGood = hash !== undefined && hash === second.statistics.cluster.traceHash;
  return { name: "simulation", isGood, text: isGood ? `one seed, one run: ${hash} twice` : `one seed gave ${hash} and ${second.statistics.cluster.traceHash}` };
}

/** One second of load on three processes, without faults. */
async function processes(session: Session, loaded: LoadedSystem): Promise<Finding> {
  try {
    const { verdict, statistics } = await runHere(session, samplePlan(loaded, "process"));
    const { okCount } = statistics;
    const text = `three nodes as processes answered ${okCount} operations in ${(statistics.runMs / 1000).toFixed(1)} s`;
    // Whether its promises were kept is for other commands; here it is whether there is anything to judge.
    return { name: "processes", isGood: okCount > 0, text: okCount > 0 ? text : `no operation of a run in processes was ok: ${visible(verdict.why, 500)}` };
  } catch (error) {
    if (error instanceof UsageError || error instanceof EnvironmentError) return { name: "processes", isGood: false, text: `${error.message} ${error.wayOut}` };
    throw error;
  }
}

function samplePlan(loaded: LoadedSystem, runtime: Plan["runtime"]): Plan {
  const options = { phases: { warmUpMs: 100, quietMs: 100, finalLimitMs: 3_000 } };
  return searchPlan({
    ...loaded,
    seedBase: "doctor",
    index: 0,
    overrides: { runtime, nemeses: [], nodes: 3, clients: 3, rateHz: 40, durationMs: 1_000, options },
  });
}

function mechanismLine({ paint }: Session, { name, use, isUsable, reason, remedy }: Mechanism): string {
  if (isUsable) return `${paint("good", "✓")} ${name} (${use}): ${visible(reason, 500)}`;
  return paint("faint", `– ${name} (${use}): ${visible(reason, 500)}${remedy === "" ? "" : `; ${visible(remedy, 500)}`}`);
}

/** What each runtime says of its faults, or why it cannot be asked. */
async function faultsByRuntime(loaded: LoadedSystem): Promise<RuntimeFaults> {
  const faults: (readonly [Plan["runtime"], Capabilities | string])[] = [];
  for (const runtime of shippedRuntimes) {
    try {
      faults.push([runtime, await capabilitiesOf(await resolvePlan(samplePlan(loaded, runtime)))]);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      faults.push([runtime, error.message]);
    }
  }
  return faults;
}

/** A row a fault, a column a runtime; below it the reasons, by number. */
function faultLines(faults: RuntimeFaults): string[] {
  const reasons: string[] = [];
  const cell = (found: Capabilities | string, kind: (typeof faultKinds)[number]): string => {
    const reason = typeof found === "string" ? found : found[kind];
    if (reason === true) return "✓";
    if (!reasons.includes(reason)) reasons.push(reason);
    return `– [${reasons.indexOf(reason) + 1}]`;
  };
  const rows = faultKinds.map((kind) => [kind, ...faults.map(([, found]) => cell(found, kind))]);
  return [
    ...table([["fault", ...faults.map(([runtime]) => runtime)], ...rows], { indent: "  " }),
    ...reasons.map((reason, index) => `  [${index + 1}] ${visible(reason, 500)}`),
  ];
}
