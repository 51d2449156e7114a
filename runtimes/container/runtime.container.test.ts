// Whole runs in containers, as users begin them. Against a live engine.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEngine } from "./engine.ts";
import { harnessLabel, type Labels } from "./labels.ts";
import { probeContainers } from "./probe.ts";

const probe = await probeContainers();
const repository = fileURLToPath(new URL("../..", import.meta.url));
const limitMs = 120_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-runs-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(!probe.isUsable)(`a run in containers${probe.isUsable ? "" : ` (left out: ${probe.reason})`}`, () => {
  test(
    "of a system of somebody's own, beside one of ours: both are judged, and nothing is left",
    async () => {
      const faults = ["--nemesis", "partition-halves,kill,pause", "--duration", "4s", "--nodes", "3", "--seed", "7"];
      const [own, ours] = await Promise.all([run(ownSystem(), ...faults), run("kv", ...faults)]);
      expect(own).toMatchObject({ code: 0, document: { verdict: "valid" } });
      expect(ours).toMatchObject({ code: 0, document: { verdict: "valid" } });
      expect([...(await leftBy(own.pid)), ...(await leftBy(ours.pid))]).toEqual([]);
      const log = readFileSync(join(own.store, "runs", readFileSync(join(own.store, "latest"), "utf8").trim(), "logs", "n1.log"), "utf8");
      expect(log).toMatch(/#1 info started as process \d+/);
    },
    limitMs,
  );

  test(
    "that is interrupted leaves nothing",
    async () => {
      // Its network, its proxy and its three nodes are there.
      const { code, pid } = await run("kv", "--duration", "60s", "--nodes", "3", { interruptWhen: async (harness) => (await leftBy(harness)).length === 5 });
      expect(code).toBe(130);
      expect(await leftBy(pid)).toEqual([]);
    },
    limitMs,
  );
});

/** A project elsewhere, with our package linked into it and a module and a package of its own. */
function ownSystem(): string {
  const project = join(folder, "project");
  mkdirSync(join(project, "node_modules", "motto"), { recursive: true });
  symlinkSync(repository, join(project, "node_modules", "faultline"));
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  writeFileSync(join(project, "node_modules", "motto", "package.json"), '{"name":"motto","main":"index.js"}');
  writeFileSync(join(project, "node_modules", "motto", "index.js"), 'module.exports = "register";');
  cpSync(join(repository, "examples", "register", "register.ts"), join(project, "register.ts"));
  writeFileSync(
    join(project, "own.ts"),
    'import motto from "motto";\nimport { system as register } from "./register.ts";\nexport const system = { ...register, name: motto };\n',
  );
  return join(project, "own.ts");
}

interface Run {
  readonly pid: number;
  readonly code: number;
  readonly document: unknown;
  readonly store: string;
}

type Argument = string | { readonly interruptWhen: (pid: number) => Promise<boolean> };

async function run(system: string, ...rest: readonly Argument[]): Promise<Run> {
  const store = mkdtempSync(join(folder, "store-"));
  const options = rest.filter((each) => typeof each === "string");
  const command = [join(repository, "cli", "main.ts"), "run", system, "--runtime", "container", "--json", "--store", store, ...options];
  const ended = Promise.withResolvers<Run>();
  const child = execFile(process.execPath, command, { cwd: folder }, (_error, output, complaint) => {
    const code = child.exitCode ?? -1;
    if (code !== 0 && code !== 130) ended.reject(new Error(`${code}: ${output}${complaint}`));
    else ended.resolve({ pid, code, document: output === "" ? undefined : JSON.parse(output), store });
  });
  const { pid = 0 } = child;
  const interruption = rest.find((each) => typeof each !== "string");
  if (interruption !== undefined) {
    await expect.poll(() => interruption.interruptWhen(pid), { timeout: 30_000 }).toBe(true);
    child.kill("SIGINT");
  }
  return await ended.promise;
}

/** Names of the containers and networks that this harness made. */
async function leftBy(pid: number): Promise<readonly string[]> {
  const { docker } = await openEngine();
  const isOurs = (labels: Labels | undefined): boolean => labels?.[harnessLabel]?.startsWith(`${pid}:`) === true;
  const containers = (await docker.listContainers({ all: true })).filter(({ Labels: labels }) => isOurs(labels));
  const networks = (await docker.listNetworks()).filter(({ Labels: labels }) => isOurs(labels));
  return [...containers.flatMap(({ Names: names }) => names), ...networks.map(({ Name: name }) => name)];
}
