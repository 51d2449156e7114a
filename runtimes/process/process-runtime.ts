// Runs whose nodes are processes of this machine, with every link behind a proxy of its own. For registries, runners and tests.
import type { Runtime, RunPlace, Subject } from "../../harness/runtime.ts";
import { createRealTimeRuntime, type Machinery, type RunFrame } from "../shared/cluster/index.ts";
import { createEmbeddedLinks, createRemoteLinks, type Links } from "../shared/links/index.ts";
import { ProcessMachinery } from "./process-machinery.ts";

const loopback = "127.0.0.1";

/** A runtime for one subject. `place`: where logs and the undo log stay; absent: nowhere. */
export function createProcessRuntime(subject: Subject, place?: RunPlace): Runtime {
  return createRealTimeRuntime({
    name: "process",
    subject,
    place,
    makeMachinery: (frame) => ProcessMachinery.open(frame),
    makeLinks,
  });
}

async function makeLinks({ options, plan, runId }: RunFrame, machinery: Machinery): Promise<Links> {
  if (machinery instanceof ProcessMachinery && machinery.network !== undefined) return machinery.network.links;
  const { seed } = plan;
  if (options.toxiproxy === "") return createEmbeddedLinks({ seed, host: loopback });
  return await createRemoteLinks({ url: options.toxiproxy, run: runId, seed, listenHost: loopback });
}
