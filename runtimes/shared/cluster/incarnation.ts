// One life of a node: its process, its control connection, and how both end. For members.
import type { NodeName } from "../../../harness/operation.ts";
import type { Links } from "../links/links.ts";
import type { Bootstrap } from "../wire/bootstrap.ts";
import type { Begin, FromHost } from "../wire/control.ts";
import type { ControlServer } from "./control-server.ts";
import type { ControlSession } from "./control-session.ts";
import { endingOf, errorOf, isHostTrouble, type Death } from "./death.ts";
import type { Ending, Running } from "./machine.ts";

export interface IncarnationOptions {
  readonly node: NodeName;
  readonly incarnation: number;
  /** Begins its process. */
  readonly spawn: (bootstrap: Bootstrap) => Promise<Running>;
  readonly control: ControlServer;
  readonly links: Links;
  /** Limit for its process to say hello. */
  readonly helloLimitMs: number;
  /** A process that is stopped cannot report: then the limit waits for it. */
  readonly isPaused: () => boolean;
  /** Called when the process exists, before its node begins. */
  readonly started: (running: Running) => Promise<void>;
  /** What its node begins with, as of now. */
  readonly begin: () => Begin;
  readonly message: (message: FromHost) => void;
  /** `Node.start()` has resolved and the links to it are open. */
  readonly up: () => void;
}

export type Stage = "starting" | "up" | "stopping";

/** A process that has ended has closed its end of the connection; this long the harness waits for the rest of it to be read. */
const readLimitMs = 5_000;
/** A node host whose connection has ended exits at once. */
const exitLimitMs = 1_000;

export class Incarnation {
  readonly incarnation: number;
  /** Its process is gone, all it ever said was heard, its links are closed. Never rejects. */
  readonly over: Promise<Death>;
  /** Settles when its process exists; undefined: it could not be started. Never rejects. */
  readonly born: Promise<Running | undefined>;
  readonly #options: IncarnationOptions;
  readonly #reported = Promise.withResolvers<ControlSession>();
  #stage: Stage = "starting";
  #running: Running | undefined;
  #session: ControlSession | undefined;
  #ports: { readonly tcpPort: number; readonly udpPort: number } | undefined;
  #attaching: Promise<void> | undefined;
  #wereLinksOpen = false;
  #said: Death["said"];
  #failure: Error | undefined;
  #isAsked = false;

  constructor(options: IncarnationOptions) {
    this.#options = options;
    this.incarnation = options.incarnation;
    this.born = this.#beBorn();
    this.over = this.#live();
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Undefined until its process exists, and once it has gone. */
  get running(): Running | undefined {
    return this.#running;
  }

  /** Undefined until the node has begun. */
  get session(): ControlSession | undefined {
    return this.#session;
  }

  /** Somebody wanted it to end: its death is no news. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** It ends itself on the harness's behalf (a trap): its death is no news either. */
  ask(): void {
    this.#isAsked = true;
  }

  /** SIGKILL, now or as soon as there is a process. Resolves when it is over. */
  async kill(): Promise<void> {
    this.#isAsked = true;
    await this.#end();
    await this.over;
  }

  /** `Node.stop()` within the limit, then SIGKILL. Resolves when it is over. */
  async stop(limitMs: number): Promise<void> {
    this.#isAsked = true;
    this.#stage = "stopping";
    // A process whose node has not begun has nothing to stop.
    if (this.#session === undefined) return await this.kill();
    this.#session.send({ type: "stop" });
    if (!(await isWithin(this.over, limitMs))) await this.kill();
  }

  async #beBorn(): Promise<Running | undefined> {
    const { control, incarnation, node, spawn, started } = this.#options;
    const expectation = control.expect(node, incarnation, (session) => {
      session.onMessage = (message) => this.#heard(message);
      this.#reported.resolve(session);
    });
    try {
      const running = await spawn({ schema: "faultline/bootstrap/1", control: control.address, token: expectation.token, node, incarnation });
      this.#running = running;
      void running.ended.then(() => expectation.cancel());
      if (this.#isAsked) await running.kill();
      else await started(running);
      return running;
    } catch (error) {
      expectation.cancel();
      await this.#fail(error);
      return this.#running;
    }
  }

  async #live(): Promise<Death> {
    const running = await this.born;
    if (running === undefined) return { ending: undefined, said: undefined, failure: this.#failure };
    const reported = await this.#awaitReport(running);
    if (reported !== undefined) this.#beginNode(reported);
    const ending = await this.#awaitEnd(running, reported);
    await this.#closeLinks();
    if (reported !== undefined && !(await isWithin(reported.ended, readLimitMs))) reported.end();
    await reported?.ended;
    // They may have been opened while they were being closed: a link to a dead process must not stay open.
    if (this.#attaching !== undefined && !this.#wereLinksOpen) await this.#closeLinks();
    if (reported?.violation !== undefined) this.#failure ??= new Error(reported.violation);
    if (isHostTrouble(ending)) this.#failure ??= new Error(endingOf(ending));
    return { ending, said: this.#said, failure: this.#failure };
  }

  /** Its connection, or undefined when it ended, or had to, before it had one. */
  async #awaitReport(running: Running): Promise<ControlSession | undefined> {
    const { helloLimitMs } = this.#options;
    const ended = running.ended.then(() => undefined);
    for (;;) {
      const limit = Promise.withResolvers<"late">();
      const timer = setTimeout(() => limit.resolve("late"), helloLimitMs);
      const first = await Promise.race([this.#reported.promise, ended, limit.promise]);
      clearTimeout(timer);
      if (first !== "late") return first;
      if (this.#options.isPaused()) continue;
      await this.#fail(new Error(`its process did not report to the harness within ${helloLimitMs} ms`));
    }
  }

  #beginNode(session: ControlSession): void {
    this.#session = session;
    session.send(this.#options.begin());
  }

  /** Whichever comes first: the end of the process, or of its connection, after which it must not live on. */
  async #awaitEnd(running: Running, session: ControlSession | undefined): Promise<Ending> {
    await Promise.race([running.ended, session?.ended ?? running.ended]);
    if (!(await isWithin(running.ended, exitLimitMs))) await this.#end();
    const ending = await running.ended;
    this.#running = undefined;
    return ending;
  }

  #heard(message: FromHost): void {
    if (message.type === "bound") this.#ports = message;
    else if (message.type === "serving") this.#attaching ??= this.#openLinks();
    else if (message.type === "up") void this.#isUp();
    else if (message.type === "died") this.#said = { reason: message.reason, isUncaught: message.isUncaught };
    else this.#options.message(message);
  }

  async #isUp(): Promise<void> {
    await (this.#attaching ??= this.#openLinks());
    if (this.#stage !== "starting" || this.#running === undefined || this.#failure !== undefined) return;
    this.#stage = "up";
    this.#options.up();
  }

  async #openLinks(): Promise<void> {
    const [ports, running] = [this.#ports, this.#running];
    if (ports === undefined) return await this.#fail(new Error("it served before it had bound its servers"));
    if (running === undefined) return;
    const at = (port: number): { readonly host: string; readonly port: number } => ({ host: running.reachableAt, port });
    try {
      await this.#options.links.attach(this.#options.node, { tcp: at(ports.tcpPort), udp: at(ports.udpPort) });
      this.#wereLinksOpen = this.#running !== undefined;
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #closeLinks(): Promise<void> {
    try {
      await this.#options.links.detach(this.#options.node);
    } catch (error) {
      this.#failure ??= errorOf(error);
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#failure ??= errorOf(error);
    await this.#end();
  }

  async #end(): Promise<void> {
    try {
      await this.#running?.kill();
    } catch (error) {
      this.#failure ??= errorOf(error);
    }
  }
}

/** Whether it settles within the limit. No timer is left. */
async function isWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const limit = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => limit.resolve(false), limitMs);
  try {
    return await Promise.race([promise.then(() => true), limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
