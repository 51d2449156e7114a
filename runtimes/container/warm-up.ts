// Runs the programs of a fresh image once, so that what Node compiled stays in it: a node then starts in a third of the time.
import { setTimeout as sleep } from "node:timers/promises";
import { unlessMissing, unlessStatus, type Engine } from "./engine.ts";
import { runLabels } from "./labels.ts";

/** In the image: Node reads and fills it when this is in NODE_COMPILE_CACHE. */
export const compileCacheFolder = "/app/.compile-cache";

/** A program that does not end by itself leaves nothing in the cache. */
const limitMs = 20_000;

/** Runs what it is given, one after the other. What that says and how it ends is of no interest: without a warm cache everything is the same, but slower. */
const script = `
const { spawnSync } = require("node:child_process");
for (const program of process.argv.slice(1)) spawnSync(process.execPath, [program], { stdio: "ignore", timeout: 5000 });
process.exit(0);
`;

export interface WarmUpOptions {
  /** Of the image; it names the warm one afterwards. */
  readonly reference: string;
  /** Path in the image; it is imported. */
  readonly module: string;
  /** Paths in the image; they end at once when they are run without arguments and input. */
  readonly programs: readonly string[];
}

/** As the user of the harness, because Node keeps a cache for each. Without network or folders of this machine. */
export async function warmUp({ docker }: Engine, { reference, module, programs }: WarmUpOptions): Promise<void> {
  const container = await docker.createContainer({
    Image: reference,
    Cmd: ["node", "--import", module, "--eval", script, ...programs],
    User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    Labels: runLabels("node", "warm-up"),
    HostConfig: { Init: true, NetworkMode: "none", CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] },
  });
  const limit = new AbortController();
  try {
    await container.start();
    const late = sleep(limitMs, undefined, { signal: limit.signal }).then(
      () => unlessStatus(container.kill(), [404, 409]),
      () => undefined,
    );
    await Promise.race([container.wait({ condition: "not-running" }), late]);
    const [repo, tag] = reference.split(":");
    await container.commit({ repo, tag, changes: "CMD []" });
  } finally {
    limit.abort();
    await unlessMissing(container.remove({ force: true, v: true }));
  }
}
