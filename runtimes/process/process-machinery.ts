// Where node processes live: a folder of their own under the system's temporary one, and no process that outlives the harness. For the process runtime.
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentError } from "../../harness/errors.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Machine, Machinery, RunFrame } from "../shared/cluster/index.ts";
import { PowerFilesystem } from "../shared/power/index.ts";
import { removeRunFolder, runFolderName, type UndoNote } from "../shared/undo/index.ts";
import { createNamespaceLinks, type NamespaceNetwork } from "./namespaces/index.ts";
import { CompiledCode } from "./compiled-code.ts";
import type { NodeProcess } from "./node-process.ts";
import { ProcessMachine } from "./process-machine.ts";

const loopback = "127.0.0.1";
/** Of a node's own file system; its image is sparse. */
const diskSizeBytes = 256 * 1_024 * 1_024;

export class ProcessMachinery implements Machinery {
  /** With namespaces: the network of this run, and its links. */
  readonly network: NamespaceNetwork | undefined;
  readonly #frame: RunFrame;
  readonly #directory: string;
  readonly #note: UndoNote;
  readonly #code: CompiledCode;
  readonly #processes = new Set<NodeProcess>();
  /** If this process ends without taking anything down (an exception nobody caught), at least nothing runs on. */
  readonly #onExit = (): void => {
    for (const each of this.#processes) each.killNow();
  };

  private constructor(frame: RunFrame, network: NamespaceNetwork | undefined) {
    this.network = network;
    this.#frame = frame;
    this.#directory = join(tmpdir(), runFolderName());
    this.#note = frame.undo.journal("run", "folder").before(removeRunFolder(this.#directory));
    mkdirSync(this.#directory, { mode: 0o700 });
    this.#code = new CompiledCode({ directory: join(this.#directory, "code"), module: frame.plan.module, undo: frame.undo.journal("run", "signal") });
    process.on("exit", this.#onExit);
  }

  /** Makes the folder, and the network if the plan wants one. @throws EnvironmentError */
  static async open(frame: RunFrame): Promise<ProcessMachinery> {
    const network = frame.options.network === "namespaces" ? await createNamespaceLinks(frame) : undefined;
    try {
      return new ProcessMachinery(frame, network);
    } catch (cause) {
      await network?.close();
      throw new EnvironmentError(`no folder can be made in ${tmpdir()}`, "set TMPDIR to a folder that can be written", { cause });
    }
  }

  get controlHost(): string {
    return this.network?.hostAddress ?? loopback;
  }

  async machine(node: NodeName): Promise<Machine> {
    const parts = { frame: this.#frame, code: this.#code, processes: this.#processes };
    const directory = join(this.#directory, node);
    mkdirSync(directory, { mode: 0o700 });
    const filesystem = this.#frame.options.powerCut === "filesystem" ? await this.#filesystem(directory, node) : undefined;
    const { network } = this;
    if (network === undefined) return new ProcessMachine({ node, directory, filesystem, prefix: [], listenHost: loopback, reachableAt: loopback, ...parts });
    const place = { prefix: network.join(node), listenHost: network.listenHost, reachableAt: network.addressOf(node) };
    return new ProcessMachine({ node, directory, filesystem, ...place, ...parts });
  }

  async close(): Promise<void> {
    process.off("exit", this.#onExit);
    await this.#code.close();
    await this.network?.close();
    // Not in one go: other runs in this process must not stand still for it.
    await rm(this.#directory, { recursive: true, force: true });
    this.#note.done();
  }

  #filesystem(directory: string, node: NodeName): Promise<PowerFilesystem> {
    const undo = this.#frame.undo.journal(node, "file system");
    return PowerFilesystem.create({ image: join(directory, "disk.image"), mountPoint: join(directory, "disk"), sizeBytes: diskSizeBytes, kind: "ext4", undo });
  }
}
