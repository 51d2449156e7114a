// The network of one run: its containers and this machine, nobody else. The harness listens on its gateway.
import { isIPv4 } from "node:net";
import type { RunFrame } from "../shared/cluster/index.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import { memberAt, textAt } from "./document.ts";
import { unlessMissing, type Engine } from "./engine.ts";
import { runLabels } from "./labels.ts";
import { removeNetwork } from "./removal.ts";

export interface RunNetwork {
  readonly name: string;
  /** This machine's own address in it. */
  readonly gateway: string;
  /** Its containers have to be gone. Idempotent. */
  remove(): Promise<void>;
}

/** @throws EnvironmentError, e.g. when the engine has no address range left */
export async function createRunNetwork(engine: Engine, frame: Pick<RunFrame, "runId" | "undo">): Promise<RunNetwork> {
  const name = `faultline-${frame.runId}`;
  const note = frame.undo.journal("run", "docker").before(removeNetwork(name));
  const remove = async (): Promise<void> => {
    await unlessMissing(engine.docker.getNetwork(name).remove());
    note.done();
  };
  try {
    // Internal: no way out of the machine, and none in.
    await engine.docker.createNetwork({ Name: name, Driver: "bridge", Internal: true, Labels: runLabels("network", frame.runId) });
    return { name, gateway: await gatewayOf(engine, name), remove };
  } catch (cause) {
    await remove();
    throw new EnvironmentError(
      `The engine makes no network: ${cause instanceof Error ? cause.message : String(cause)}`,
      "Remove networks that nobody uses: docker network prune.",
      { cause },
    );
  }
}

async function gatewayOf(engine: Engine, name: string): Promise<string> {
  const network: unknown = await engine.docker.getNetwork(name).inspect();
  const configurations = memberAt(network, "IPAM", "Config");
  const gateways = (Array.isArray(configurations) ? configurations : []).map((each) => textAt(each, "Gateway"));
  const gateway = gateways.find((each) => isIPv4(each));
  if (gateway === undefined) throw new Error("it gives this machine no IPv4 address in it");
  return gateway;
}
