import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Hamlet, whyNot } from "./fixtures/hamlet.ts";
import { createNamespaceLinks } from "./namespace-network.ts";

const doomed = fileURLToPath(new URL("fixtures/doomed-harness.ts", import.meta.url));
const soonMs = 5_000;

/** Network namespaces that some process is in. */
function namespaces(): ReadonlySet<string> {
  return new Set(pids().flatMap((pid) => (namespaceOf(pid) === undefined ? [] : [namespaceOf(pid) ?? ""])));
}

function pids(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Those of these namespaces that still have a process. */
function left(of: ReadonlySet<string>): readonly string[] {
  return [...namespaces()].filter((name) => of.has(name));
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((text) => text !== "");
}

function hostHas(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === address));
}

describe.skipIf(whyNot !== "")(`after the end of a harness${whyNot}`, () => {
  test.each(["SIGKILL", "SIGTERM"] as const)("by %s no namespace, device, rule, holder or node is left, stopped ones included", async (signal) => {
    const harness = spawn(process.execPath, [doomed], { stdio: ["ignore", "pipe", "inherit"] });
    const first = await createInterface({ input: harness.stdout })[Symbol.asyncIterator]().next();
    const { hostAddress, pids: nodes } = JSON.parse(String(first.value)) as { readonly pids: readonly number[]; readonly hostAddress: string };
    const all = childrenOf(harness.pid ?? 0);
    const made = new Set(all.map((pid) => namespaceOf(pid) ?? "").filter((name) => name !== namespaceOf("self")));
    // Hub and two nodes; three holders and two nodes' programs.
    expect(made.size).toBe(3);
    expect(all).toHaveLength(5);
    expect(all).toEqual(expect.arrayContaining(nodes.map(String)));
    expect(hostHas(hostAddress)).toBe(true);
    const gone = once(harness, "exit");
    harness.kill(signal);
    await gone;
    await expect.poll(() => left(made), { timeout: soonMs }).toEqual([]);
    await expect.poll(() => hostHas(hostAddress), { timeout: soonMs }).toBe(false);
    await expect.poll(() => pids().filter((pid) => all.includes(pid)), { timeout: soonMs }).toEqual([]);
  });

  test("that closes its network nothing is left when that resolves", async () => {
    const hamlet = await Hamlet.begin({ nodes: ["n1", "n2"], clients: [] });
    const { hostAddress } = hamlet.network;
    const made = new Set(
      [hamlet.network.join("n1"), hamlet.network.join("n2")].map((prefix) => namespaceOf(/\/proc\/(\d+)\//.exec(prefix.join(" "))?.[1] ?? "") ?? ""),
    );
    expect(made.size).toBe(2);
    expect(hostHas(hostAddress)).toBe(true);
    await Promise.all([hamlet.close(), hamlet.close()]);
    await hamlet.close();
    expect(left(made)).toEqual([]);
    expect(hostHas(hostAddress)).toBe(false);
  });

  test("runs side by side have subnets of their own", async () => {
    const networks = await Promise.all([1, 2, 3].map(async () => await createNamespaceLinks({ runId: "same", nodes: ["n1"], clients: [] })));
    expect(new Set(networks.map(({ hostAddress }) => hostAddress)).size).toBe(3);
    await Promise.all(networks.map(async (network) => await network.close()));
    expect(networks.filter(({ hostAddress }) => hostHas(hostAddress))).toEqual([]);
  });
});
