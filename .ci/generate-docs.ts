// Tables in README and docs, made from the registries. `npm run docs` writes them, `npm run docs -- --check` fails on drift.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  counterChecker,
  fencedLockChecker,
  namedModels,
  setChecker,
  staleReadsChecker,
  uniqueIdsChecker,
  uniqueLikesChecker,
  watchChecker,
  type NamedModel,
} from "../api/checkers.ts";
import { loadSystem, shippedSystems } from "../cli/registry.ts";
import { endingRank, exitCodes } from "../harness/exit-code.ts";
import { faultKinds, type FaultKind } from "../harness/faults.ts";
import type { System } from "../harness/system.ts";
import { nemeses } from "../nemesis/index.ts";
import { workloads } from "../workloads/index.ts";
import { repository } from "./source-files.ts";

const systems = await Promise.all(shippedSystems.map(async (name) => (await loadSystem(name, { directory: repository })).system));

/** Short codes of the catalogue of building blocks, for readers of claims and bug tables. */
const codes: Partial<Readonly<Record<FaultKind, string>>> = {
  partition: "PART",
  slow: "DELAY",
  loss: "DROP",
  duplicate: "DUP",
  reorder: "REORDER",
  corrupt: "FLIP (in a message)",
  reset: "RST",
  "half-open": "HALF",
  kill: "KILL",
  pause: "PAUSE",
  "slow-cpu": "SLOW",
  "power-cut": "POWER",
  "disk-full": "FULL",
  "disk-error": "EIO",
  "bit-rot": "FLIP (at rest)",
  "torn-write": "TORN",
  "clock-step": "SKEW",
  "clock-drift": "DRIFT",
  membership: "MEMB",
  move: "MOVE",
  load: "LOAD",
};

const notCarriedOut = ["reserved: a recorded skip", ""] as const;

/** What a fault does to its targets, in every runtime alike, and what its lift counts. The runtime contract holds them to it. */
const meanings: Readonly<Record<FaultKind, readonly [does: string, counts: string]>> = {
  partition: [
    "blocks directions between hosts: connects succeed and stall; on heal what stalled arrives, or its connections are cut",
    "messages or bytes stalled",
  ],
  slow: ["adds a latency to each message on the links of the targets, both ways", "messages delayed"],
  loss: ["drops datagrams of the targets", "datagrams dropped"],
  duplicate: ["sends datagrams of the targets twice", "datagrams sent twice"],
  reorder: ["delays datagrams of the targets, so that later ones overtake them", "datagrams delayed"],
  corrupt: ["changes a byte of datagrams of the targets; what no longer decodes is dropped", "datagrams changed"],
  reset: [
    "resets open connections of the targets at once, then exchanges with its probability, before or after they are executed",
    "connections and exchanges reset",
  ],
  refuse: ["refuses every call to the targets, certainly unexecuted", "calls and connections refused"],
  "half-open": ["lets requests to the targets through and loses the answers", "answers lost"],
  kill: ["ends the process; what it wrote stays, and it is down until the lift", "processes killed"],
  stop: ["ends the node through its own `stop`, by force after a limit; it is down until the lift", "processes stopped"],
  pause: ["stops the process; connects succeed, nothing is answered, and afterwards it goes on where it was", "processes paused, or their events delayed"],
  "slow-cpu": ["leaves the process a share of its processor", "processes slowed, or their events delayed"],
  "power-cut": ["a kill; of what was not synced a drawn part is gone, of a torn cut some is garbage", "processes killed, writes and names lost"],
  "disk-full": ["fails writes with `NoSpace`", "writes refused"],
  "disk-error": ["fails reads, writes or fsyncs with `InputOutput`, with its probability", "operations failed"],
  "lying-disk": ["answers fsyncs and keeps the promise only at the lift", "fsyncs not done"],
  "bit-rot": ["flips a bit in each of some sectors of durable data; the lift repairs what was not written since", "sectors damaged"],
  "torn-write": ["lets every power cut of the targets tear", "power cuts that tore"],
  wipe: ["a kill, and an empty disk; never of a majority in one run", "disks wiped"],
  "clock-step": ["moves the wall clock; the monotonic one is right", "clocks moved"],
  "clock-drift": ["lets the wall clock run fast or slow; after the lift it comes back as slowly", "clocks moved"],
  membership: notCarriedOut,
  move: notCarriedOut,
  load: notCarriedOut,
};

const tables: Readonly<Record<string, () => string>> = {
  systems: () => table(["system", "what it is", "variants", "claims", "planted bugs"], systems.map(systemRow)),
  claims: () => systems.map((system) => `### ${system.name}\n\n${claimsOf(system)}`).join("\n\n"),
  bugs: () => systems.map((system) => `### ${system.name}\n\n${bugsOf(system)}`).join("\n\n"),
  workloads: () =>
    table(
      ["workload", "what happens", "properties"],
      workloads.map((workload) => [code(workload.name), workload.text, workload.properties.map(({ id }) => code(id)).join(", ")]),
    ),
  nemeses: () =>
    table(
      ["nemesis", "what it does", "kinds of faults"],
      nemeses.map((nemesis) => [code(nemesis.name), nemesis.text, nemesis.kinds.map(code).join(", ")]),
    ),
  faults: () =>
    table(
      ["fault", "code in the catalogue", "what it does", "what counts as its effect"],
      faultKinds.map((kind) => [code(kind), codes[kind] ?? "", ...meanings[kind]]),
    ),
  models: () =>
    table(
      ["model", "also called", "what it is"],
      namedModels.map((model) => [code(model.name), model.aliases.map(code).join(", "), model.text]),
    ),
  portfolio: () =>
    table(
      ["model", "monitor", "applies when"],
      namedModels.flatMap((model) => monitorsOf(model).map(({ name, precondition }) => [code(model.name), name, precondition])),
    ),
  properties: () =>
    table(
      ["checker", "property", "promise"],
      [counterChecker(), setChecker(), uniqueIdsChecker(), uniqueLikesChecker(), fencedLockChecker(), staleReadsChecker(), watchChecker()].flatMap(
        ({ name, properties }) => properties.map(({ id, text }) => [name, code(id), text]),
      ),
    ),
  "exit-codes": () =>
    table(
      ["code", "meaning"],
      endingRank.toReversed().map((ending) => [String(exitCodes[ending].code), exitCodes[ending].text]),
    ),
};

const documents = ["README.md", "docs/catalogue.md", "docs/checkers.md", "docs/faults.md"];
const isCheck = process.argv.includes("--check");
const stale = documents.filter((document) => !refresh(document));
if (isCheck && stale.length > 0) {
  process.stderr.write(`Generated tables are out of date in ${stale.join(", ")}: run \`npm run docs\`.\n`);
  process.exitCode = 1;
}

/** Answers whether the document was up to date. */
function refresh(document: string): boolean {
  const path = join(repository, document);
  const before = readFileSync(path, "utf8");
  const after = before.replaceAll(/(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g, (_all, open: string, name: string, close: string) => {
    const make = tables[name];
    if (make === undefined) throw new Error(`${document}: there is no generated table named ${name}`);
    return `${open}\n${make()}\n\n${close}`;
  });
  if (!isCheck && after !== before) writeFileSync(path, after);
  return after === before;
}

/** Also those of another parameter, if they differ. */
function monitorsOf(model: NamedModel): { readonly name: string; readonly precondition: string }[] {
  const parameters = model.parameter === undefined ? [undefined] : [model.parameter.default, model.parameter.default + 1];
  const monitors = parameters.flatMap((parameter) =>
    model.use((each) => (each.monitors ?? []).map(({ name, precondition }) => ({ name, precondition })), parameter),
  );
  const distinct = [...new Map(monitors.map((monitor) => [`${monitor.name} ${monitor.precondition}`, monitor])).values()];
  return distinct.length === 0 ? [{ name: "none", precondition: "the searches decide" }] : distinct;
}

function systemRow(system: System): string[] {
  return [
    `[${system.name}](systems/${system.name}/README.md)`,
    system.text,
    system.variants.map((variant) => code(variant.name)).join(", "),
    String(system.claims.length),
    String(system.bugs.length),
  ];
}

function claimsOf(system: System): string {
  return table(
    ["claim", "promise", "variants", "judged by", "under"],
    system.claims.map((claim) => [claim.id, claim.text, claim.variants.join(", "), claim.judgedBy.map(code).join(", "), claim.faults.join(", ")]),
  );
}

function bugsOf(system: System): string {
  return table(
    ["bug", "id", "variant", "what it does wrong", "imitates", "needs", "class", "accused by"],
    system.bugs.map((bug) => [code(bug.name), bug.id, bug.variant, bug.text, bug.imitates, bug.needs.join(", "), bug.difficulty, bug.accusedBy]),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
