// Runs the programs of a fresh image once, so that what Node compiled stays in it: a node then starts in a third of the time.
import { setTimeout as sleep } from "node:timers/promises";
import { unlessMissing, unlessStatus, type Engine } from "./engine.ts";
import { runLabels } from "./labels.ts";

/** In the image: Node reads and fills it when this is in NODE_COMPILE_CACHE. */
export const compileCacheFolder = "/app/.compile-cache";

/** A program that does not end by itself leaves nothing in the cache. */
const limitMs = 20_000;

/** Runs Node with each of these arguments. What that says and how it ends is of no interest: without a warm cache everything is the same, but slower. */
const script = `
const { spawnSync } = require("node:child_process");
for (const args of JSON.parse(process.argv[1])) spawnSync(process.execPath, args, { stdio: "ignore", timeout: 5000 });
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
  const runs = [...programs.map((program) => [program]), ["--import", module, "--eval", "process.exit(0)"]];
  const container = await docker.createContainer({
    Image: reference,
    Cmd: ["node", "--eval", script, JSON.stringify(runs)],
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
