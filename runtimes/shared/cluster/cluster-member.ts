// A node of a real-time cluster through all its lives: started, supervised, paused, killed, and what it is told. For the cluster and its faults.
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeState, NodeStatus } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Links } from "../links/links.ts";
import type { Begin, ClockError, DiskSwitch, FromHost, Trap } from "../wire/control.ts";
import type { Asked } from "./control-session.ts";
import type { ControlServer } from "./control-server.ts";
import { isFromOutside, isUncaught, reasonOf, type Death } from "./death.ts";
import { NodeLag } from "./lag.ts";
import { Incarnation } from "./incarnation.ts";
import type { Machine, Running } from "./machine.ts";
import type { Member } from "./member.ts";
import type { Observation } from "./observation.ts";
import { Pauses } from "./pauses.ts";
import { Supervision } from "./supervision.ts";
import { WatchedProcess } from "./watched-process.ts";

export interface ClusterMemberOptions {
  readonly machine: Machine;
  readonly control: ControlServer;
  readonly links: Links;
  readonly observation: Observation;
  readonly nowNs: () => number;
  readonly restartDelayMs: number;
  readonly startLimitMs: number;
  /** What an incarnation begins with, but for what faults have set. */
  readonly beginning: (incarnation: number) => Omit<Begin, "clock" | "disk" | "traps" | "watchedMarks">;
  /** What is no node's doing and must make the run fail: a process that cannot be started, links that cannot be opened. */
  readonly troubled: (error: Error) => void;
}

const confirmLimitMs = 2_000;
/** Log lines that explain a failed start. */
const lastLineCount = 5;

export class ClusterMember implements Member {
  readonly name: NodeName;
  readonly machine: Machine;
  readonly lag: NodeLag = new NodeLag();
  onMessage: Member["onMessage"] = () => undefined;
  onStarted: Member["onStarted"] = () => Promise.resolve();
  readonly #options: ClusterMemberOptions;
  readonly #supervision: Supervision;
  readonly #pauses: Pauses;
  readonly #firstUp = Promise.withResolvers<void>();
  readonly #lastLines: string[] = [];
  /** Ids of all traps that were ever set and kill. */
  readonly #deadlyTraps = new Set<string>();
  #life: Incarnation | undefined;
  #incarnation = 0;
  #bornNs = 0;
  #wasUp = false;
  #inspected: JsonObject = {};
  #startEnds: () => void = () => undefined;
  #clock: ClockError = { offsetMs: 0, ratePpm: 0, anchorMs: 0 };
  #disk: readonly DiskSwitch[] = [];
  #traps: readonly Trap[] = [];
  #watchedMarks: readonly string[] = [];

  constructor(options: ClusterMemberOptions) {
    const { machine, restartDelayMs } = options;
    this.#options = options;
    this.machine = machine;
    this.name = machine.node;
    this.#supervision = new Supervision({ restartDelayMs, boot: () => this.#boot() });
    this.#pauses = new Pauses(() => this.#disturb());
    // Whoever starts the cluster sees the rejection; if nobody does, it is no unhandled one.
    this.#firstUp.promise.catch(() => undefined);
  }

  get running(): Running | undefined {
    return this.#life?.running;
  }

  /** Wants it up from now on. Resolves when its first `start()` has; rejects with the reason when it dies before, or takes too long. */
  async begin(): Promise<void> {
    const { startLimitMs } = this.#options;
    const limit = setTimeout(() => this.#startFailed(`was not up within ${startLimitMs} ms`), startLimitMs);
    this.#supervision.want();
    try {
      await this.#firstUp.promise;
    } finally {
      clearTimeout(limit);
    }
  }

  /** For good: stopped gracefully within the limit, then killed; never started again. */
  async finish(limitMs: number): Promise<void> {
    this.#supervision.unwant();
    this.#startFailed("was stopped before it was up");
    await this.#life?.stop(limitMs);
  }

  state(): NodeState {
    return { status: this.#status(), incarnation: this.#incarnation, inspected: this.#life === undefined ? {} : this.#inspected };
  }

  async inspect(limitMs: number): Promise<JsonObject> {
    await this.#life?.session?.ask({ type: "inspect" }, limitMs);
    return this.state().inspected;
  }

  hold(holder: string): void {
    this.#supervision.hold(holder);
  }

  release(holder: string): Promise<void> {
    this.#supervision.release(holder);
    return Promise.resolve();
  }

  async kill(): Promise<boolean> {
    const life = this.#life;
    await life?.kill();
    return life !== undefined;
  }

  async stop(limitMs: number): Promise<boolean> {
    const life = this.#life;
    await life?.stop(limitMs);
    return life !== undefined;
  }

  async pause(holder: string): Promise<boolean> {
    const running = await this.#life?.born;
    return running === undefined || running !== this.running ? false : await this.#pauses.pause(holder, running);
  }

  async resume(holder: string): Promise<void> {
    await this.#pauses.resume(holder, this.running);
  }

  setClock(clock: ClockError): Promise<JsonObject | undefined> {
    this.#clock = clock;
    return this.#tell({ type: "clock", clock });
  }

  setDisk(switches: readonly DiskSwitch[]): Promise<JsonObject | undefined> {
    this.#disk = switches;
    return this.#tell({ type: "disk", switches });
  }

  setTraps(traps: readonly Trap[], watchedMarks: readonly string[]): Promise<JsonObject | undefined> {
    this.#traps = traps;
    for (const { id, signal } of traps) if (signal === "SIGKILL") this.#deadlyTraps.add(id);
    this.#watchedMarks = watchedMarks;
    return this.#tell({ type: "traps", traps, watchedMarks });
  }

  async #tell(asked: Asked): Promise<JsonObject | undefined> {
    return await this.#life?.session?.ask(asked, confirmLimitMs);
  }

  #status(): NodeStatus {
    if (this.#life === undefined) return "down";
    if (this.#pauses.isPaused) return "paused";
    return this.#life.stage === "starting" ? "starting" : "up";
  }

  #boot(): void {
    if (this.#life !== undefined) return;
    const { control, links, startLimitMs } = this.#options;
    this.#incarnation++;
    this.#bornNs = this.#options.nowNs();
    this.#inspected = {};
    this.#startEnds = this.#disturb();
    const life = new Incarnation({
      node: this.name,
      incarnation: this.#incarnation,
      spawn: async (bootstrap) => new WatchedProcess(await this.machine.start(bootstrap), () => this.#disturb()),
      control,
      links,
      helloLimitMs: startLimitMs,
      isPaused: () => this.#pauses.isPaused,
      started: (running) => this.#started(running),
      begin: () => this.#begin(),
      message: (message) => this.#heard(message),
      up: () => this.#isUp(),
    });
    this.#life = life;
    void life.over.then((death) => this.#ended(life, death));
  }

  async #started(running: Running): Promise<void> {
    this.#note(`started as process ${running.process.pid}`);
    await this.onStarted(running);
  }

  #begin(): Begin {
    const inForce = { clock: this.#clock, disk: this.#disk, traps: this.#traps, watchedMarks: this.#watchedMarks };
    return { ...this.#options.beginning(this.#incarnation), ...inForce };
  }

  #isUp(): void {
    this.#startEnds();
    this.#wasUp = true;
    this.#note("up");
    this.#firstUp.resolve();
  }

  #ended(life: Incarnation, death: Death): void {
    this.#life = undefined;
    this.#startEnds();
    this.#pauses.ended();
    const reason = reasonOf(death);
    this.#note(life.isAsked && death.said === undefined ? `ended: ${reason}` : `died: ${reason}`);
    if (death.failure !== undefined) this.#failed(death.failure);
    if (life.isAsked && death.said === undefined) this.#supervision.bootIfWanted();
    else this.#died(death, reason);
  }

  /** Nobody asked for it: the recorder is told, and the supervisor starts it again. */
  #died(death: Death, reason: string): void {
    const { nowNs, observation } = this.#options;
    // What the machine did to it (no process, no report) is not the node's doing: see `#failed`.
    if (death.failure === undefined || death.said !== undefined)
      observation.died({ node: this.name, reason, isUncaught: isUncaught(death), ...(isFromOutside(death) ? { isFromOutside: true } : {}) });
    this.#startFailed(`died while it started: ${reason}`, death.failure);
    this.#supervision.died((nowNs() - this.#bornNs) / 1e6);
  }

  #heard(message: FromHost): void {
    const { observation } = this.#options;
    const [node, incarnation] = [this.name, this.#incarnation];
    observation.eventCount++;
    switch (message.type) {
      case "fact":
        return observation.fact({ node, incarnation, kind: message.kind, data: message.data });
      case "probe":
        return observation.failedProbe({ node, id: message.id, kind: message.kind, detail: message.detail });
      case "counts":
        return observation.count(message);
      case "log": {
        const { data, level, message: text } = message;
        this.#remember(text);
        return observation.log({ node, incarnation, level, message: text, ...(data === undefined ? {} : { data }) });
      }
      case "state":
        this.#inspected = message.inspected;
        return;
      case "lag":
        return this.lag.window(this.#nowMs(), message);
      case "trapped":
        // It dies on behalf of a fault: no news.
        if (this.#deadlyTraps.has(message.id)) this.#life?.ask();
        return this.onMessage(message);
      case "mark":
      case "effect":
        return this.onMessage(message);
      case "hello":
      case "bound":
      case "serving":
      case "up":
      case "stopped":
      case "died":
      case "done":
        // Its life has seen to them.
        return;
    }
  }

  #failed(error: Error): void {
    this.#options.observation.log({ node: this.name, incarnation: this.#incarnation, level: "error", message: error.message });
    this.#options.troubled(error);
  }

  /** Of no effect once it was up. */
  #startFailed(what: string, cause?: Error): void {
    if (this.#wasUp) return;
    const said = this.#lastLines.length === 0 ? "" : `; its last words: ${this.#lastLines.join(" | ")}`;
    this.#firstUp.reject(cause instanceof EnvironmentError ? cause : new Error(`${this.name} ${what}${said}`, { cause }));
  }

  #remember(line: string): void {
    // Of a stack, what was thrown.
    this.#lastLines.push((line.split("\n")[0] ?? "").slice(0, 500));
    if (this.#lastLines.length > lastLineCount) this.#lastLines.shift();
  }

  #note(message: string): void {
    this.#options.observation.note({ node: this.name, incarnation: this.#incarnation, message });
  }

  #disturb(): () => void {
    return this.lag.disturb(() => this.#nowMs());
  }

  #nowMs(): number {
    return this.#options.nowNs() / 1e6;
  }
}
