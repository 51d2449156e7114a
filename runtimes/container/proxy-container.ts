// The proxy of a run in a container of its own: every link of every node and client goes through it.
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentError } from "../../harness/errors.ts";
import type { RunFrame } from "../shared/cluster/index.ts";
import type { AppImage } from "./app-image.ts";
import { errorTextIn } from "./container-logs.ts";
import { containerSettings } from "./container-settings.ts";
import type { Container, Engine } from "./engine.ts";
import { removeContainer, removeContainerNow } from "./removal.ts";
import type { RunNetwork } from "./run-network.ts";

const port = 8474;
const startLimitMs = 20_000;

/** URL of the program that runs in it. */
export function proxyProgram(): string {
  const program = new URL("./proxy-host.ts", import.meta.url).href;
  return import.meta.url.endsWith(".ts") ? program : program.replace(/\.ts$/, ".js");
}

export interface ProxyContainerParts {
  readonly engine: Engine;
  readonly frame: RunFrame;
  readonly network: RunNetwork;
  readonly image: AppImage;
}

export interface ProxyContainer {
  /** Of its HTTP API. */
  readonly url: string;
  /** Its address in the run's network: where hosts dial. */
  readonly address: string;
  /** Idempotent. */
  remove(): Promise<void>;
}

/** Resolves when its API answers. @throws EnvironmentError with its last words */
export async function startProxy({ engine, frame, network, image }: ProxyContainerParts): Promise<ProxyContainer> {
  const name = `faultline-${frame.runId}-proxy`;
  const note = frame.undo.journal("run", "docker").before(removeContainer(name));
  const container = engine.docker.getContainer(name);
  let lifeline: { destroy(): void } | undefined;
  const remove = async (): Promise<void> => {
    lifeline?.destroy();
    await removeContainerNow(engine, name);
    note.done();
  };
  try {
    const command = ["node", "--disable-warning=ExperimentalWarning", image.pathOf(proxyProgram()), "0.0.0.0", String(port), frame.plan.seed];
    await engine.docker.createContainer(containerSettings({ kind: "proxy", name, frame, image, network, command, hostname: "proxy" }));
    lifeline = await heldInput(container);
    await container.start();
    const address = (await container.inspect()).NetworkSettings.Networks[network.name]?.IPAddress ?? "";
    await answering(`http://${address}:${port}/version`);
    return { url: `http://${address}:${port}`, address, remove };
  } catch (cause) {
    const words = await wordsOf(container);
    await remove();
    throw new EnvironmentError(
      `The proxy's container does not serve: ${cause instanceof Error ? cause.message : String(cause)} ${words}`.trim(),
      "Ask the engine why: docker info.",
      { cause },
    );
  }
}

/** The standard input of the container: open as long as this process holds it. */
async function heldInput(container: Container): Promise<{ destroy(): void }> {
  const stream = await container.attach({ stream: true, stdin: true, hijack: true });
  stream.on("error", () => undefined);
  return { destroy: () => void stream.end() };
}

async function answering(url: string): Promise<void> {
  for (const until = performance.now() + startLimitMs; ; await sleep(20)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch (cause) {
      if (performance.now() > until) throw new Error(`it does not answer within ${startLimitMs} ms`, { cause });
    }
  }
}

async function wordsOf(container: Container): Promise<string> {
  const frames = await container.logs({ stderr: true, follow: false, tail: 20 }).catch(() => undefined);
  return frames === undefined ? "" : errorTextIn(frames).slice(-1_000);
}
