// One incarnation of a node in its container: the process as this machine sees it, and what faults do to it.
import type { Ending, Running } from "../shared/cluster/index.ts";
import { signalProcess, statOf, type ProcessIdentity, type UndoJournal, type UndoNote } from "../shared/undo/index.ts";
import { unlessStatus, type Container, type Engine } from "./engine.ts";
import { resumeContainer } from "./removal.ts";

export interface RunningParts {
  readonly engine: Engine;
  readonly container: Container;
  readonly name: string;
  readonly process: ProcessIdentity;
  readonly reachableAt: string;
  readonly ended: Promise<Ending>;
  readonly journal: UndoJournal;
  /** Sets what the container may use of the processors, in billionths of one; resolves when it is in force. */
  readonly limit: (nanoCpus: number | undefined) => Promise<void>;
}

/** 304: is not as it should become, 404: has been removed, 409: does not run (or is paused already). */
const harmless = [304, 404, 409];
const mostTries = 3;
/** What Docker accepts at least: a hundredth of a processor. */
const leastNanoCpus = 10_000_000;

export class ContainerRunning implements Running {
  readonly process: ProcessIdentity;
  readonly reachableAt: string;
  readonly ended: Promise<Ending>;
  readonly #parts: RunningParts;
  #pause: UndoNote | undefined;
  #hasEnded = false;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.process = parts.process;
    this.reachableAt = parts.reachableAt;
    this.ended = parts.ended;
    void this.ended.then(() => this.#gone());
  }

  async kill(): Promise<void> {
    // To init, with which the kernel ends everything in the container. A frozen container dies once it is thawed: the engine does that.
    if (!this.#hasEnded) await unlessStatus(this.#parts.container.kill({ signal: "SIGKILL" }), harmless);
    await this.ended;
  }

  async pause(): Promise<void> {
    if (this.#hasEnded || this.#pause !== undefined) return;
    const note = this.#parts.journal.before(resumeContainer(this.#parts.name));
    try {
      await this.#freeze();
    } catch (error) {
      note.done();
      throw error;
    }
    this.#pause = note;
    if (this.#hasEnded) this.#gone();
  }

  /** Also a node that has stopped itself at a mark. */
  async resume(): Promise<void> {
    if (this.#hasEnded) return;
    if (this.#pause !== undefined) await this.#thaw();
    if (statOf(this.process)?.state === "T") signalProcess(this.process, "SIGCONT");
    this.#pause?.done();
    this.#pause = undefined;
  }

  async slow(factor: number): Promise<() => Promise<void>> {
    await this.#parts.limit(Math.max(leastNanoCpus, Math.round(1e9 / factor)));
    // A later incarnation in the same container begins without this one's limit, and may have one of its own.
    return async () => void (this.#hasEnded || (await this.#parts.limit(undefined)));
  }

  /** On a busy machine the kernel's freezer may not get hold of a process at the first try; the engine then lets it run on. */
  async #freeze(): Promise<void> {
    for (let tryCount = 1; ; tryCount++) {
      try {
        await unlessStatus(this.#parts.container.pause(), harmless);
        if (!(await this.#runsOn())) return;
        throw new Error(`the container ${this.#parts.name} runs on after it was paused`);
      } catch (error) {
        if (tryCount === mostTries) throw error;
      }
    }
  }

  async #thaw(): Promise<void> {
    try {
      await unlessStatus(this.#parts.container.unpause(), harmless);
    } catch (error) {
      // Not paused, says the engine in one of its ways: then it is as it should be.
      if (!(await this.#runsOn())) throw error;
    }
  }

  async #runsOn(): Promise<boolean> {
    const state = (await unlessStatus(this.#parts.container.inspect(), harmless))?.State;
    return state !== undefined && state.Running && !state.Paused;
  }

  #gone(): void {
    this.#hasEnded = true;
    this.#pause?.done();
    this.#pause = undefined;
  }
}
