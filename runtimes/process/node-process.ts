// One incarnation's process on this machine: begun, ended, stopped, slowed by signals, each read back. For process machines.
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, type Options } from "execa";
import { EnvironmentError } from "../../harness/errors.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Ending, Running, RunFrame } from "../shared/cluster/index.ts";
import {
  identifyProcess,
  killProcess,
  resumeProcess,
  signalProcess,
  statOf,
  type ProcessIdentity,
  type UndoJournal,
  type UndoNote,
} from "../shared/undo/index.ts";
import { DutyCycle } from "./duty-cycle.ts";
import { LastWords } from "./last-words.ts";

export interface NodeProcessOptions {
  readonly node: NodeName;
  readonly incarnation: number;
  /** Program and arguments; the process may put others in its place (exec), as long as it stays the same process. */
  readonly command: readonly [string, ...string[]];
  /** Where Node keeps code that it has compiled; see `CompiledCode`. */
  readonly codeDirectory: string;
  /** Where links reach its servers. */
  readonly reachableAt: string;
  readonly frame: RunFrame;
}

const spawnOptions = {
  stdin: "ignore",
  // A node has nothing to say to a terminal, and a child that holds the harness's streams would keep its reader waiting.
  stdout: "ignore",
  stderr: "pipe",
  buffer: false,
  reject: false,
  // A session of its own: Ctrl-C is for the harness, which heals first; nodes end when their control connection does.
  detached: true,
  cleanup: false,
  extendEnv: false,
} as const satisfies Options;

/** Of the harness's environment; nothing of its own settings reaches a node. */
const inheritedNames = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "SYSTEMROOT"];

/** After its end, for what it wrote before to arrive. */
const wordsLimitMs = 500;
/** A process that waits for a disk stops late. */
const stateLimitMs = 5_000;
const stateIntervalMs = 1;

interface Born {
  readonly identity: ProcessIdentity;
  readonly nodeChildProcess: ChildProcess;
  readonly stderr: Readable;
}

export class NodeProcess implements Running {
  readonly process: ProcessIdentity;
  readonly reachableAt: string;
  readonly ended: Promise<Ending>;
  readonly #options: NodeProcessOptions;
  readonly #duty: DutyCycle;
  #isGone = false;
  #isPaused = false;
  #resumeNote: UndoNote | undefined;

  private constructor({ identity, nodeChildProcess, stderr }: Born, options: NodeProcessOptions) {
    this.process = identity;
    this.reachableAt = options.reachableAt;
    this.#options = options;
    this.#duty = new DutyCycle(() => this.#obey());
    // It ends by itself when the harness dies, unless it is stopped just then.
    const note = this.#journal().before(killProcess(identity));
    this.ended = this.#awaitEnd(nodeChildProcess, stderr, note);
  }

  /** @throws EnvironmentError when no process can be made */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const [program, ...others] = options.command;
    // A promise as well, which always fulfils (`reject`); its exit is watched as an event, because streams may end later.
    const child = execa(program, others, { ...spawnOptions, env: { ...inheritedEnvironment(), NODE_COMPILE_CACHE: options.codeDirectory } });
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity !== undefined) return new NodeProcess({ identity, nodeChildProcess: child.nodeChildProcess, stderr: child.stderr }, options);
    child.kill("SIGKILL");
    const { cause } = await child;
    const why = cause instanceof Error ? cause.message : "nothing here tells it from others";
    throw new EnvironmentError(`no process could be started for ${options.node}: ${why}`, "look at the limits of this machine", { cause });
  }

  async kill(): Promise<void> {
    this.killNow();
    await this.ended;
  }

  /** Without waiting: for the last moment of this process. */
  killNow(): void {
    if (!this.#isGone) signalProcess(this.process, "SIGKILL");
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#noteStop();
    this.#obey();
    await this.#untilState((state) => state === "T", "stop");
  }

  async resume(): Promise<void> {
    this.#isPaused = false;
    this.#obey();
    if (!this.#duty.isActive) await this.#untilState((state) => state !== "T", "go on");
    this.#noteResumed();
  }

  async slow(factor: number): Promise<() => Promise<void>> {
    this.#noteStop();
    const quicken = this.#duty.add(factor);
    return async () => {
      quicken();
      this.#obey();
      if (!this.#isPaused && !this.#duty.isActive) await this.#untilState((state) => state !== "T", "go on");
      this.#noteResumed();
    };
  }

  #obey(): void {
    if (!this.#isGone) signalProcess(this.process, this.#isPaused || this.#duty.isStopped ? "SIGSTOP" : "SIGCONT");
  }

  /** Or until it has ended. */
  async #untilState(isReached: (state: string) => boolean, what: string): Promise<void> {
    const limitMs = performance.now() + stateLimitMs;
    for (;;) {
      const state = statOf(this.process)?.state;
      if (this.#isGone || state === undefined || state === "Z" || state === "X" || isReached(state)) return;
      if (performance.now() > limitMs)
        throw new Error(`process ${this.process.pid} of ${this.#options.node} did not ${what} within ${stateLimitMs} ms: its state is ${state}`);
      await sleep(stateIntervalMs);
    }
  }

  /** Before it is stopped: whoever finds it stopped and us gone may let it go on. */
  #noteStop(): void {
    this.#resumeNote ??= this.#journal().before(resumeProcess(this.process));
  }

  #noteResumed(): void {
    if (!this.#isGone && (this.#isPaused || this.#duty.isActive)) return;
    this.#resumeNote?.done();
    this.#resumeNote = undefined;
  }

  #journal(): UndoJournal {
    const { frame, incarnation, node } = this.#options;
    return frame.undo.journal(`${node}#${incarnation}`, "signal");
  }

  async #awaitEnd(child: ChildProcess, stderr: Readable, note: UndoNote): Promise<Ending> {
    const words = new LastWords(stderr, (line) => this.#log(line));
    const { promise, resolve } = Promise.withResolvers<{ readonly exitCode: number | null; readonly signal: string | null }>();
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    const how = await promise;
    this.#isGone = true;
    this.#duty.close();
    const lastWords = await words.within(wordsLimitMs);
    this.#noteResumed();
    note.done();
    return { ...how, lastWords };
  }

  #log(message: string): void {
    const { frame, incarnation, node } = this.#options;
    frame.logs.add({ node, incarnation, level: "error", message: `stderr: ${message}`, timeNs: frame.nowNs() });
  }
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    inheritedNames.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
