// One node's place on this machine: its folder, its bootstrap file, the process of each incarnation. For the process machinery.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { NodeName } from "../../harness/operation.ts";
import type { Machine, Running, RunFrame } from "../shared/cluster/index.ts";
import { nodeHostFile } from "../shared/host/index.ts";
import type { PowerFilesystem } from "../shared/power/index.ts";
import type { Bootstrap } from "../shared/wire/index.ts";
import type { CompiledCode } from "./compiled-code.ts";
import { NodeProcess, type NodeProcessOptions } from "./node-process.ts";

export interface ProcessMachineOptions {
  readonly node: NodeName;
  /** Of this node alone. */
  readonly directory: string;
  /** Mounted on `disk` in its folder; undefined: a plain folder is made there. */
  readonly filesystem: PowerFilesystem | undefined;
  /** Address on which its servers listen. */
  readonly listenHost: string;
  /** Where links find them. */
  readonly reachableAt: string;
  /** Program and arguments that begin its processes in a world of their own, e.g. a network namespace. Empty: in this one. */
  readonly prefix: readonly string[];
  readonly frame: RunFrame;
  readonly code: CompiledCode;
  /** All that run now, of all machines. */
  readonly processes: Set<NodeProcess>;
}

export class ProcessMachine implements Machine {
  readonly node: NodeName;
  readonly diskDirectory: string;
  readonly diskDirectoryInside: string;
  readonly listenHost: string;
  readonly cutPower?: NonNullable<Machine["cutPower"]>;
  readonly #options: ProcessMachineOptions;
  readonly #bootstrapFile: string;
  #running: NodeProcess | undefined;

  constructor(options: ProcessMachineOptions) {
    this.#options = options;
    this.node = options.node;
    this.diskDirectory = join(options.directory, "disk");
    this.diskDirectoryInside = this.diskDirectory;
    this.listenHost = options.listenHost;
    this.#bootstrapFile = join(options.directory, "bootstrap.json");
    const { filesystem } = options;
    if (filesystem === undefined) mkdirSync(this.diskDirectory, { mode: 0o700 });
    else this.cutPower = () => filesystem.cutPower();
  }

  moduleInside(url: string): string {
    return url;
  }

  async start(bootstrap: Bootstrap): Promise<Running> {
    await this.#options.code.ready;
    // The file of the last incarnation is replaced, not written into: a process that reads late must not find half a file.
    rmSync(this.#bootstrapFile, { force: true });
    writeFileSync(this.#bootstrapFile, JSON.stringify(bootstrap), { mode: 0o600, flag: "wx" });
    const { code, frame, node, prefix, processes, reachableAt } = this.#options;
    const own = [process.execPath, nodeHostFile(), this.#bootstrapFile] as const;
    const [first, ...others] = prefix;
    const command: NodeProcessOptions["command"] = first === undefined ? own : [first, ...others, ...own];
    const running = await NodeProcess.start({ node, incarnation: bootstrap.incarnation, command, codeDirectory: code.directory, reachableAt, frame });
    this.#running = running;
    processes.add(running);
    void running.ended.then(() => processes.delete(running));
    return running;
  }

  async remove(): Promise<void> {
    await this.#running?.kill();
    await this.#options.filesystem?.remove();
    await rm(this.#options.directory, { recursive: true, force: true });
  }
}
