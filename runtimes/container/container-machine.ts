// The machine of one node: a container that is made once and started for each incarnation, and a folder of this machine mounted into it.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../../harness/errors.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Ending, Machine, RunFrame, Running } from "../shared/cluster/index.ts";
import { PowerFilesystem } from "../shared/power/index.ts";
import type { UndoNote } from "../shared/undo/index.ts";
import type { Bootstrap } from "../shared/wire/bootstrap.ts";
import { urlInside, type AppImage } from "./app-image.ts";
import { errorTextIn } from "./container-logs.ts";
import { nodeProcessOf } from "./container-process.ts";
import { ContainerRunning } from "./container-running.ts";
import { containerSettings, folderInside } from "./container-settings.ts";
import { memberAt } from "./document.ts";
import { endingOf } from "./ending.ts";
import { unlessMissing, unlessStatus, type Container, type Engine } from "./engine.ts";
import { removeContainer, removeContainerNow } from "./removal.ts";
import type { RunNetwork } from "./run-network.ts";

const bootstrapName = "bootstrap.json";
const diskName = "disk";
/** Of a file system of its own; the image is sparse. */
const diskBytes = 256 * 1024 * 1024;
const lastWordsBytes = 4_096;
/** Node is there some milliseconds after its container; on a machine that is busy elsewhere, seconds. */
const processLimitMs = 10_000;

export interface ContainerMachineParts {
  readonly engine: Engine;
  readonly frame: RunFrame;
  /** Of the run, for folders that are mounted into its nodes. */
  readonly directory: string;
  readonly network: RunNetwork;
  readonly image: AppImage;
  /** URL of the program of nodes, on this machine. */
  readonly program: string;
  /** Processors of the engine's machine: what a container has that is not limited. */
  readonly processorCount: number;
}

interface Place {
  readonly node: NodeName;
  readonly name: string;
  /** Mounted into the container. */
  readonly folder: string;
  readonly note: UndoNote;
  /** The node's disk, if it is one whose power can be cut. */
  readonly filesystem: PowerFilesystem | undefined;
}

export class ContainerMachine implements Machine {
  readonly node: NodeName;
  readonly diskDirectory: string;
  readonly diskDirectoryInside: string = `${folderInside}/${diskName}`;
  /** In the container's own network there is nothing else. */
  readonly listenHost = "0.0.0.0";
  readonly cutPower?: NonNullable<Machine["cutPower"]>;
  readonly #parts: ContainerMachineParts;
  readonly #place: Place;
  readonly #container: Container;
  #running: Promise<Ending> | undefined;
  #incarnation = 0;
  #isLimited = false;

  private constructor(parts: ContainerMachineParts, place: Place) {
    this.#parts = parts;
    this.#place = place;
    this.node = place.node;
    this.diskDirectory = join(place.folder, diskName);
    this.#container = parts.engine.docker.getContainer(place.name);
    const { filesystem } = place;
    if (filesystem !== undefined) this.cutPower = () => filesystem.cutPower();
  }

  /** @throws EnvironmentError */
  static async create(parts: ContainerMachineParts, node: NodeName): Promise<ContainerMachine> {
    const { engine, frame, image, network, program } = parts;
    const folder = join(parts.directory, node);
    mkdirSync(folder, { mode: 0o700 });
    const filesystem = await diskOf(frame, node, folder);
    const name = `faultline-${frame.runId}-${node}`;
    const note = frame.undo.journal("run", "docker").before(removeContainer(name));
    const machine = new ContainerMachine(parts, { node, name, folder, note, filesystem });
    const command = ["node", "--disable-warning=ExperimentalWarning", image.pathOf(program), `${folderInside}/${bootstrapName}`];
    try {
      await engine.docker.createContainer(containerSettings({ kind: "node", name, frame, image, network, command, hostname: node, folder }));
    } catch (cause) {
      await machine.remove();
      throw new EnvironmentError(`The container of ${node} cannot be made: ${reasonOf(cause)}`, "Ask the engine why: docker info.", { cause });
    }
    return machine;
  }

  moduleInside(url: string): string {
    return urlInside(this.#parts.image, url);
  }

  async start(bootstrap: Bootstrap): Promise<Running> {
    await this.#running;
    if (this.#isLimited) await this.#limit(undefined);
    const path = join(this.#place.folder, bootstrapName);
    rmSync(path, { force: true });
    writeFileSync(path, JSON.stringify(bootstrap), { mode: 0o600, flag: "wx" });
    this.#incarnation = bootstrap.incarnation;
    const beganMs = Date.now();
    try {
      await this.#container.start();
      const ended = this.#endOf(beganMs);
      this.#running = ended;
      return await this.#runningOf(ended);
    } catch (cause) {
      throw new EnvironmentError(`The container of ${this.node} does not start: ${reasonOf(cause)}`, "See the log of the node.", { cause });
    }
  }

  async remove(): Promise<void> {
    await removeContainerNow(this.#parts.engine, this.#place.name);
    await this.#running;
    await this.#place.filesystem?.remove();
    rmSync(this.#place.folder, { recursive: true, force: true });
    this.#place.note.done();
  }

  async #runningOf(ended: Promise<Ending>): Promise<Running> {
    const { Id: containerId, State: state, NetworkSettings: settings } = await this.#container.inspect();
    const process = await nodeProcessOf(state.Pid, { containerId, limitMs: processLimitMs });
    if (process === undefined) throw new Error(`its process is not to be found: ${(await lastWords(ended)) || "it said nothing"}`);
    const reachableAt = settings.Networks[this.#parts.network.name]?.IPAddress ?? "";
    const { engine, frame } = this.#parts;
    const journal = frame.undo.journal(this.node, "docker");
    return new ContainerRunning({
      engine,
      container: this.#container,
      name: this.#place.name,
      process,
      reachableAt,
      ended,
      journal,
      limit: (nanoCpus) => this.#limit(nanoCpus),
    });
  }

  /** Never rejects: an engine that answers no more is an ending too, of nobody knows what kind. */
  async #endOf(beganMs: number): Promise<Ending> {
    try {
      const end: unknown = await this.#container.wait({ condition: "not-running" });
      const found = await unlessMissing(this.#container.inspect());
      const isOutOfMemory = found?.State.OOMKilled === true;
      return endingOf({ exitCode: Number(memberAt(end, "StatusCode")), isOutOfMemory, lastWords: await this.#keepLog(beganMs) });
    } catch (error) {
      return { exitCode: null, signal: null, lastWords: `the container engine does not say how it ended: ${String(error)}`.slice(0, 4_096) };
    }
  }

  /** What this incarnation wrote on its standard error goes into the node's log; answers the end of it. */
  async #keepLog(beganMs: number): Promise<string> {
    const frames = await unlessStatus(this.#container.logs({ stderr: true, follow: false, since: beganMs / 1000 }), [404, 409]);
    const text = frames === undefined ? "" : errorTextIn(frames);
    const { logs, nowNs } = this.#parts.frame;
    for (const line of text.split("\n").filter((each) => each !== ""))
      logs.add({ node: this.node, incarnation: this.#incarnation, level: "error", message: `stderr: ${line}`, timeNs: nowNs() });
    return Buffer.from(text, "utf8").subarray(-lastWordsBytes).toString("utf8");
  }

  /** Undefined: what the options say. Zero would mean "as it is" to the engine, so that no limit is said as all processors. */
  async #limit(nanoCpus: number | undefined): Promise<void> {
    const configured = this.#parts.frame.options.cpus * 1e9 || this.#parts.processorCount * 1e9;
    await unlessMissing(this.#container.update({ NanoCpus: Math.round(Math.min(nanoCpus ?? configured, configured)) }));
    this.#isLimited = nanoCpus !== undefined;
  }
}

async function diskOf(frame: RunFrame, node: NodeName, folder: string): Promise<PowerFilesystem | undefined> {
  const mountPoint = join(folder, diskName);
  if (frame.options.powerCut === "filesystem")
    return await PowerFilesystem.create({
      image: join(folder, `${diskName}.img`),
      mountPoint,
      sizeBytes: diskBytes,
      kind: "ext4",
      undo: frame.undo.journal(node, "filesystem"),
    });
  mkdirSync(mountPoint, { mode: 0o700 });
  return undefined;
}

async function lastWords(ended: Promise<Ending>): Promise<string> {
  return (await ended).lastWords.trim();
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
