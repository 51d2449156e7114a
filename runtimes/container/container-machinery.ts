// What carries the nodes of one run in containers: one network, one image, a container a node, and one for their proxy.
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EnvironmentError } from "../../harness/errors.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Machine, Machinery, RunFrame } from "../shared/cluster/index.ts";
import { nodeHostFile } from "../shared/host/index.ts";
import { removeRunFolder, runFolderName } from "../shared/undo/index.ts";
import { appImage } from "./app-image.ts";
import { ContainerMachine, type ContainerMachineParts } from "./container-machine.ts";
import { openEngine } from "./engine.ts";
import { assertUsable } from "./probe.ts";
import { proxyProgram, startProxy, type ProxyContainer } from "./proxy-container.ts";
import { sweepContainers } from "./removal.ts";
import { createRunNetwork } from "./run-network.ts";

export interface MachineryOptions {
  /** URL of the program of nodes. Default: the node host. */
  readonly program?: string;
}

export class ContainerMachinery implements Machinery {
  readonly controlHost: string;
  readonly #parts: ContainerMachineParts;
  readonly #folder: Folder;
  readonly #made: { remove(): Promise<void> }[] = [];

  private constructor(parts: ContainerMachineParts, folder: Folder) {
    this.controlHost = parts.network.gateway;
    this.#parts = parts;
    this.#folder = folder;
  }

  /** Removes what dead harnesses left in the engine, makes the image if need be, and the run's network. @throws EnvironmentError */
  static async create(frame: RunFrame, { program = pathToFileURL(nodeHostFile()).href }: MachineryOptions = {}): Promise<ContainerMachinery> {
    const engine = await openEngine();
    const { processorCount } = await assertUsable(engine);
    await sweepContainers(engine);
    const image = await appImage(engine, { programs: [program, proxyProgram()], module: frame.plan.module });
    const folder = makeFolder(frame);
    try {
      const network = await createRunNetwork(engine, frame);
      return new ContainerMachinery({ engine, frame, directory: folder.path, image, network, program, processorCount }, folder);
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  async machine(node: NodeName): Promise<Machine> {
    const machine = await ContainerMachine.create(this.#parts, node);
    this.#made.push(machine);
    return machine;
  }

  /** The proxy for all links of the run; removed with the rest. @throws EnvironmentError */
  async proxy(): Promise<ProxyContainer> {
    const proxy = await startProxy(this.#parts);
    this.#made.push(proxy);
    return proxy;
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled(this.#made.splice(0).map((each) => each.remove()));
    for (const result of results) if (result.status === "rejected") throw result.reason;
    await this.#parts.network.remove();
    this.#folder.remove();
  }
}

interface Folder {
  readonly path: string;
  remove(): void;
}

/** Of what is mounted into nodes. */
function makeFolder({ undo }: RunFrame): Folder {
  const path = join(tmpdir(), runFolderName());
  const note = undo.journal("run", "folder").before(removeRunFolder(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    throw new EnvironmentError(`The folder ${path} cannot be made.`, "Set TMPDIR to a folder that can be written.", { cause });
  }
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true });
    note.done();
  };
  return { path, remove };
}
