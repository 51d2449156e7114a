// All options of all commands, each once: flags, words, parser. A value comes from a flag, else from FAULTLINE_NAME, else
// from the configuration, else it is the default.
import { Option, type Command } from "commander";
import { historyFormats, type FailedCas, type HistoryFormat, type Partition } from "../checkers/formats/index.ts";
import type { Algorithm } from "../checkers/linearizability/index.ts";
import { parseShard, type Shard } from "../harness/campaign-cells.ts";
import { UsageError } from "../harness/errors.ts";
import { planLimits } from "../harness/parse-plan.ts";
import type { Plan } from "../harness/plan.ts";
import { realTimeOptions } from "../runtimes/shared/cluster/options.ts";
import { parseCount, parseDuration, parseNames, parseRate, parseSeed, parseSwitch } from "./arguments.ts";
import { algorithms, failedCasMeanings, modelList, oneOf, parseMemory, parseModel, partitions } from "./checking/words.ts";
import type { LoadedConfig } from "./config.ts";
import { runtimeNamed, shippedRuntimes } from "./runtimes.ts";

/** What commands read; absent members were not given anywhere. */
export interface Settings {
  readonly store: string;
  readonly json?: boolean;
  readonly printConfig?: boolean;
  readonly variant?: string;
  readonly bug?: string;
  readonly workload?: string;
  readonly nemesis?: readonly string[];
  readonly runtime?: Plan["runtime"];
  /** The next four are mechanisms of faults in real time, members of `plan.options.realTime`. */
  readonly toxiproxy?: string;
  readonly clock?: string;
  readonly powerCut?: string;
  readonly network?: string;
  readonly seed?: string;
  /** Milliseconds. */
  readonly duration?: number;
  readonly nodes?: number;
  readonly clients?: number;
  readonly rate?: number;
  readonly keep?: boolean;
  readonly stopOnViolation?: boolean;
  readonly seeds?: number;
  /** Milliseconds. */
  readonly time?: number;
  readonly all?: boolean;
  readonly systems?: readonly string[];
  readonly shard?: Shard;
  /** Absent: as many as there are cores; in real time as each command says. */
  readonly workers?: number;
  /** Milliseconds; 0: failing runs are kept as they are. */
  readonly shrinkTime?: number;
  /** A name that `chosenModel` knows, e.g. `semaphore:3`. */
  readonly model?: string;
  readonly format?: HistoryFormat;
  readonly partition?: Partition;
  readonly failedCas?: FailedCas;
  readonly algorithm?: Algorithm;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly host?: string;
  readonly port?: number;
  readonly metrics?: boolean;
}

const counts =
  (maximum: number, minimum = 1) =>
  (text: string): number =>
    parseCount(text, { minimum, maximum });
const limitedDuration = (text: string): number => {
  const milliseconds = parseDuration(text);
  if (milliseconds <= planLimits.durationMs) return milliseconds;
  throw new UsageError("bad-duration", `${text} is longer than a run may be (1h).`, "Write at most 1h.");
};

/** The runtimes' own parser of these words, with the flag's name in its sentence. */
const mechanism =
  (name: MechanismOption) =>
  (text: string): string => {
    if (name === "toxiproxy" && text === "")
      throw new UsageError("bad-toxiproxy", "The URL of the Toxiproxy is empty.", "Write http://127.0.0.1:8474, or leave it out.");
    try {
      realTimeOptions({ [name]: text });
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      throw new UsageError(cause.code, `${cause.message.replace(`options.realTime.${name}`, `--${dashed(name)}`)}.`, cause.wayOut, { cause });
    }
    return text;
  };

/** `powerCut` is typed --power-cut. */
export function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** An empty name, e.g. of an unset variable, would scatter runs over the folder that the user is in. */
const namedStore = (text: string): string => {
  if (text.trim() !== "") return text;
  throw new UsageError("bad-store", "The store has an empty name.", "Name a folder with --store DIR, or leave it out.");
};

export type OptionName = Exclude<keyof Settings, "printConfig"> | "config" | "printConfig";

/** A fresh option; commander keeps state in them. */
const makers: Readonly<Record<OptionName, () => Option>> = {
  store: () => new Option("--store <directory>", "where runs are kept").argParser(namedStore).default(".faultline"),
  json: () => new Option("--json", "exactly one JSON document on standard output"),
  config: () => new Option("--config <file>", "configuration (default: faultline.config.ts, if it is there)"),
  printConfig: () => new Option("--print-config", "show every setting with where it comes from, and stop"),
  variant: () => new Option("--variant <name>", "one of the system's designs (default: its first)"),
  bug: () => new Option("--bug <name>", "plant one of the system's known bugs; in bugs: only this one"),
  workload: () => new Option("--workload <name>", "the promise to test (default: drawn from the seed)"),
  nemesis: () => new Option("--nemesis <name,...>", "what breaks the cluster (default: swarm,targeted; none for nothing)").argParser(parseNames),
  runtime: () => new Option("--runtime <name>", `where the nodes run: ${shippedRuntimes.join(", ")} (default: simulation)`).argParser(runtimeNamed),
  toxiproxy: () =>
    new Option("--toxiproxy <url>", "real time: links go through this Toxiproxy instead of the embedded proxy").argParser(mechanism("toxiproxy")),
  clock: () => new Option("--clock <how>", "real time: clocks are set wrong by environment (default), time-link or vdso").argParser(mechanism("clock")),
  powerCut: () => new Option("--power-cut <how>", "real time: power is cut by layer (default) or filesystem").argParser(mechanism("powerCut")),
  network: () => new Option("--network <how>", "real time: links go through proxy (default) or namespaces").argParser(mechanism("network")),
  seed: () => new Option("--seed <word>", "what everything is drawn from (default: a fresh one; bugs and campaign: always the same)").argParser(parseSeed),
  duration: () =>
    new Option("--duration <time>", "length of the load under faults, e.g. 10s (default: drawn; run in real time: 10s)").argParser(limitedDuration),
  nodes: () => new Option("--nodes <count>", "number of nodes (default: drawn)").argParser(counts(planLimits.nodes)),
  clients: () => new Option("--clients <count>", "number of clients (default: drawn)").argParser(counts(planLimits.clients)),
  rate: () => new Option("--rate <hz>", "operations a second (default: drawn)").argParser((text) => parseRate(text, planLimits.rateHz)),
  keep: () => new Option("--keep", "store the run also if it is valid"),
  stopOnViolation: () => new Option("--stop-on-violation", "end the run at the first answer that nothing explains, instead of at its planned end"),
  seeds: () => new Option("--seeds <count>", "how many runs").argParser(counts(10_000_000)),
  time: () => new Option("--time <time>", "for how long, e.g. 60s").argParser(parseDuration),
  all: () => new Option("--all", "go on after the first violation; in bugs: count over all seeds how often each is found"),
  systems: () => new Option("--systems <name,...>", "only these systems (default: all that ship)").argParser(parseNames),
  shard: () => new Option("--shard <i/n>", "the i-th of n parts of the matrix").argParser(parseShard),
  workers: () =>
    new Option("--workers <count>", "how many runs side by side (default: number of cores; in real time one, in campaign and bugs a few)").argParser(
      counts(256),
    ),
  shrinkTime: () =>
    new Option(
      "--shrink-time <time>",
      "how long failing runs are made smaller; 0 keeps them as they are (default: 20s, in campaign 10s, in real time 0)",
    ).argParser((text) => (text.trim() === "0" ? 0 : parseDuration(text))),
  model: () => new Option("--model <name>", `a file of operations, checked against the model of one object: ${modelList()}`).argParser(parseModel),
  format: () => new Option("--format <name>", `${historyFormats.join(", ")} (default: detected)`).argParser(oneOf("format", historyFormats)),
  partition: () =>
    new Option("--partition <how>", "Jepsen formats: key, values are pairs [KEY VALUE]; none, one object (default)").argParser(oneOf("partition", partitions)),
  failedCas: () =>
    new Option(
      "--failed-cas <meaning>",
      "a compare-and-set that failed: mismatch, it ran and met another value; absent, it did not happen (default: the format's)",
    ).argParser(oneOf("failed-cas", failedCasMeanings)),
  algorithm: () => new Option("--algorithm <name>", "auto (default), search, jit or monitor: who may decide").argParser(oneOf("algorithm", algorithms)),
  timeout: () => new Option("--timeout <time>", "the answer is unknown after it (default: 60s)").argParser(parseDuration),
  host: () => new Option("--host <address>", "where the API listens; 0.0.0.0 for all interfaces (default: 127.0.0.1)"),
  port: () => new Option("--port <number>", "port of the API; 0 for any (default: 8474)").argParser(counts(65_535, 0)),
  metrics: () => new Option("--metrics", "show bytes of proxies and figures of the process on /metrics"),
  memory: () => new Option("--memory <size>", "the answer is unknown above it (default: 2GB)").argParser(parseMemory),
};

const everywhere: readonly OptionName[] = ["store", "json", "config", "printConfig"];
/** How faults are done in real time. */
export type MechanismOption = "toxiproxy" | "clock" | "powerCut" | "network";
export const mechanismOptions: readonly MechanismOption[] = ["toxiproxy", "clock", "powerCut", "network"];
/** Options that make a plan. */
export const planOptions: readonly OptionName[] = [
  "variant",
  "bug",
  "workload",
  "nemesis",
  "runtime",
  ...mechanismOptions,
  "seed",
  "duration",
  "nodes",
  "clients",
  "rate",
];

export function addOptions(command: Command, names: readonly OptionName[]): void {
  for (const name of [...names, ...everywhere]) command.addOption(makers[name]());
}

/** Values of the environment and of the configuration, below those of flags. @throws UsageError that names where the bad value stands */
export function applySources(command: Command, environment: Readonly<Record<string, string | undefined>>, config: LoadedConfig): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const variable = environmentName(name);
    if (config.options[name] !== undefined) apply(command, option, { text: config.options[name], source: "config", place: `"${name}" in ${config.path}` });
    const value = environment[variable];
    if (value !== undefined && value !== "") apply(command, option, { text: value, source: "env", place: variable });
  }
}

/** `shrinkTime` is FAULTLINE_SHRINK_TIME. */
function environmentName(name: string): string {
  return `FAULTLINE_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function apply(command: Command, option: Option, { text, source, place }: { readonly text: string; readonly source: string; readonly place: string }): void {
  const parse: (text: string) => unknown = option.isBoolean() ? parseSwitch : (given) => option.parseArg?.(given, undefined) ?? given;
  try {
    command.setOptionValueWithSource(option.attributeName(), parse(text), source);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(cause.code, `${place}: ${cause.message}`, cause.wayOut, { cause });
  }
}

/** Every setting of a command, with its source: `flag`, `environment`, `configuration`, `default`. */
export function sourcesOf(command: Command): readonly { readonly name: string; readonly value: unknown; readonly source: string }[] {
  const words: Readonly<Record<string, string>> = { cli: "flag", env: "environment", config: "configuration", default: "default" };
  return command.options
    .map((option) => option.attributeName())
    .filter((name) => name !== "printConfig")
    .map((name) => ({ name, value: optionValue(command, name) ?? null, source: words[command.getOptionValueSource(name) ?? ""] ?? "not set" }));
}

function optionValue(command: Command, name: string): unknown {
  const value: unknown = command.getOptionValue(name);
  return value;
}
