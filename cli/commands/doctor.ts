// `doctor`: what this machine offers, what is therefore left out, and whether the simulation keeps its word here.
import { availableParallelism } from "node:os";
import { EnvironmentError, UsageError } from "../../harness/errors.ts";
import { searchPlan } from "../../harness/search.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { hostFacts } from "../host.ts";
import { shippedSystems } from "../registry.ts";

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

async function run(session: Session): Promise<Conclusion> {
  const findings = [nodeVersion(), cores(), store(session), await determinism(session)];
  const facts = Object.entries(hostFacts()).map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  const lines = findings.map(({ name, isGood, text }) => `${session.paint(isGood ? "good" : "bad", isGood ? "✓" : "✗")} ${name}: ${text}`);
  const left = ["– process runtime: not in this version", "– container runtime: not in this version"].map((line) => session.paint("faint", line));
  return {
    ending: findings.every((finding) => finding.isGood) ? "valid" : "environment",
    text: `${[...lines, ...left, "", ...facts].join("\n")}\n`,
    document: { schema: "faultline/doctor/1", verdict: null, findings: findings.map((finding) => ({ ...finding })), host: { ...hostFacts() } },
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
async function determinism(session: Session): Promise<Finding> {
  const loaded = await session.loadSystem(shippedSystems[0] ?? "");
  const plan = searchPlan({ ...loaded, seedBase: "doctor", index: 0 });
  const [first, second] = [await runHere(session, plan), await runHere(session, plan)];
  const hash = first.statistics.cluster.traceHash;
  const isGood = hash !== undefined && hash === second.statistics.cluster.traceHash;
  return { name: "simulation", isGood, text: isGood ? `one seed, one run: ${hash} twice` : `one seed gave ${hash} and ${second.statistics.cluster.traceHash}` };
}
