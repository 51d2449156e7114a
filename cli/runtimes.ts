// The runtimes that ship, by name. Those of real time are loaded when they are asked for: simulation needs none of their packages.
import { EnvironmentError, UsageError } from "../harness/errors.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunPlace, Runtime, Subject } from "../harness/runtime.ts";
import { suggestion } from "../harness/spelling.ts";
import { createSimulation } from "../runtimes/simulation/index.ts";

type RuntimeName = Plan["runtime"];

type CreateRuntime = (subject: Subject, place?: RunPlace) => Promise<Runtime>;

const creators: Readonly<Record<RuntimeName, CreateRuntime>> = {
  simulation: async (subject) => createSimulation(subject),
  process: async (subject, place) => (await import("../runtimes/process/index.ts")).createProcessRuntime(subject, place),
  container: async (subject, place) => (await containers()).createContainerRuntime(subject, place),
};

/** In the order in which they are listed. */
export const shippedRuntimes: readonly RuntimeName[] = ["simulation", "process", "container"];

/** Whether its runs take real time, and are therefore recorded as they go. */
export function isRealTime({ runtime }: Pick<Plan, "runtime">): boolean {
  return runtime !== "simulation";
}

/** @throws UsageError with the nearest right spelling */
export function runtimeNamed(text: string): RuntimeName {
  const found = shippedRuntimes.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError("unknown-runtime", `There is no runtime named "${text.slice(0, 100)}" in this version.`, suggestion(text, shippedRuntimes));
}

/** @param place of a run in real time; without it logs are not kept @throws UsageError for an unknown name, EnvironmentError if its packages are not there */
export async function createRuntime(name: string, subject: Subject, place?: RunPlace): Promise<Runtime> {
  return await creators[runtimeNamed(name)](subject, place);
}

/** The container runtime's module. @throws EnvironmentError where its optional package is not installed */
export async function containers(): Promise<typeof import("../runtimes/container/index.ts")> {
  try {
    return await import("../runtimes/container/index.ts");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new EnvironmentError("Containers need the package testcontainers, which is not installed.", "Install it: npm install testcontainers@12.2.0.", {
      cause,
    });
  }
}
