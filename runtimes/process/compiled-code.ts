// Compiled code that all nodes of a run share: without it every start and every restart compiles the same files anew. For the process machinery.
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { nodeHostFile } from "../shared/host/index.ts";
import { identifyProcess, killProcess, type UndoJournal } from "../shared/undo/index.ts";

export interface CompiledCodeOptions {
  /** Made here; gone with the run. */
  readonly directory: string;
  /** URL of the system's module. */
  readonly module: string;
  readonly undo: UndoJournal;
}

/** A module that does not come to rest is no reason to wait; the nodes will meet it again and say what is wrong. */
const limitMs = 5_000;

/**
 * Fills Node's own cache by loading what a node loads, once, in a process that then ends: 0.4 s of processor time that every start
 * after it saves (two thirds of a start). A process that is killed never writes its cache, so the nodes could not do this themselves.
 */
export class CompiledCode {
  readonly directory: string;
  /** Settles when the cache is full, or as full as it gets. Never rejects: without it everything works, only later. */
  readonly ready: Promise<void>;
  readonly #abort = new AbortController();

  constructor(options: CompiledCodeOptions) {
    this.directory = options.directory;
    this.ready = this.#fill(options);
  }

  /** No process is left. Idempotent. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.ready;
  }

  async #fill({ directory, module, undo }: CompiledCodeOptions): Promise<void> {
    mkdirSync(directory, { mode: 0o700 });
    const host = new URL("./node-process.ts", pathToFileURL(nodeHostFile())).href;
    const child = execa(process.execPath, ["--import", host, "--import", module, "--eval", ""], {
      stdio: "ignore",
      reject: false,
      detached: true,
      cleanup: false,
      timeout: limitMs,
      killSignal: "SIGKILL",
      cancelSignal: this.#abort.signal,
      env: { NODE_COMPILE_CACHE: directory, NODE_OPTIONS: "" },
    });
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    const note = identity === undefined ? undefined : undo.before(killProcess(identity));
    await child;
    note?.done();
  }
}
