// Whether this machine can carry nodes in containers, and if not, why. For doctor, and before a run begins.
import { release } from "node:os";
import { EnvironmentError } from "../../harness/errors.ts";
import { localBaseEntries } from "./base-image.ts";
import { publishedBaseImage } from "./app-image.ts";
import { memberAt, textAt } from "./document.ts";
import { openEngine, type Engine } from "./engine.ts";

export type ContainerProbe =
  | {
      readonly isUsable: true;
      /** Of the engine. */
      readonly version: string;
      readonly apiVersion: string;
      /** `v1` or `v2`: what pauses and limits go through. */
      readonly cgroup: string;
      readonly storage: string;
      readonly processorCount: number;
      /** What node images are built on: this machine's own Node, or a published image that is there or will have to be pulled. */
      readonly base: string;
    }
  | { readonly isUsable: false; readonly reason: string; readonly wayOut: string };

/** Never throws for what a machine lacks: that is the answer. */
export async function probeContainers(): Promise<ContainerProbe> {
  try {
    const engine = await openEngine();
    const facts = await assertUsable(engine);
    return { isUsable: true, ...facts, base: await baseOf(engine) };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { isUsable: false, reason: error.message, wayOut: error.wayOut };
  }
}

export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly cgroup: string;
  readonly storage: string;
  readonly processorCount: number;
}

/** What the engine says of itself; refuses those whose containers this process cannot reach. @throws EnvironmentError */
export async function assertUsable(engine: Engine): Promise<EngineFacts> {
  if (process.platform !== "linux") throw unusable("containers can only be reached by their own addresses on Linux", "Use the process runtime here.");
  const [info, version]: [unknown, unknown] = await Promise.all([engine.docker.info(), engine.docker.version()]);
  if (textAt(info, "OSType") !== "linux" || textAt(info, "KernelVersion") !== release())
    throw unusable("the engine runs in another machine, where this one cannot mount folders", "Use the Docker Engine of this machine.");
  if (JSON.stringify(memberAt(info, "SecurityOptions") ?? []).includes("rootless"))
    throw unusable("the engine is rootless: this machine cannot reach its containers", "Use an engine that runs as root.");
  return {
    version: textAt(version, "Version"),
    apiVersion: textAt(version, "ApiVersion"),
    cgroup: `v${textAt(info, "CgroupVersion") || "1"}`,
    storage: textAt(info, "Driver"),
    processorCount: Math.max(1, Number(memberAt(info, "NCPU")) || 1),
  };
}

async function baseOf(engine: Engine): Promise<string> {
  try {
    await localBaseEntries();
    return `Node ${process.version} of this machine`;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return (await engine.hasImage(publishedBaseImage)) ? publishedBaseImage : `${publishedBaseImage}, which will be pulled`;
  }
}

function unusable(reason: string, wayOut: string): EnvironmentError {
  return new EnvironmentError(`Containers are out of reach: ${reason}.`, wayOut);
}
