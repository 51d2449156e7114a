// The container runtime: a node is a container, every link goes through a proxy that is one too.
import { assert, EnvironmentError } from "../../harness/errors.ts";
import type { Runtime, RunPlace, Subject } from "../../harness/runtime.ts";
import { createRealTimeRuntime, type Machinery, type RunFrame } from "../shared/cluster/index.ts";
import { createRemoteLinks, type Links } from "../shared/links/index.ts";
import { ContainerMachinery } from "./container-machinery.ts";

/** `run` rejects with EnvironmentError when there is no engine, no package testcontainers, or the engine runs elsewhere. */
export function createContainerRuntime(subject: Subject, place?: RunPlace): Runtime {
  return createRealTimeRuntime({
    name: "container",
    subject,
    place,
    makeMachinery: async (frame) => await ContainerMachinery.create(frame),
    makeLinks: linksOf,
  });
}

async function linksOf(frame: RunFrame, machinery: Machinery): Promise<Links> {
  assert(machinery instanceof ContainerMachinery, "the machinery of a container runtime is its own");
  const { options, plan, runId } = frame;
  if (options.toxiproxy === "") {
    const { url, address } = await machinery.proxy();
    return await createRemoteLinks({ url, run: runId, seed: plan.seed, listenHost: "0.0.0.0", dialHost: address });
  }
  // A Toxiproxy on this machine listens for the run on this machine's address in the run's network, where nobody else is.
  const { hostname } = new URL(options.toxiproxy);
  if (!["localhost", "127.0.0.1", machinery.controlHost].includes(hostname))
    throw new EnvironmentError(`The network of containers ends at this machine: ${hostname} is out of it.`, "Run Toxiproxy on this machine, on 127.0.0.1.");
  return await createRemoteLinks({ url: options.toxiproxy, run: runId, seed: plan.seed, listenHost: machinery.controlHost });
}
