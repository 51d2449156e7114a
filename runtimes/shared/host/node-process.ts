// One incarnation of a node, from `begin` to its end, as its process lives it. For the node host's entry.
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { Node } from "../../../harness/system.ts";
import type { Bootstrap } from "../wire/bootstrap.ts";
import type { Begin, ClockError, FromHost, ToHost, Trap } from "../wire/control.ts";
import type { ControlChannel } from "./control-channel.ts";
import { exitCodes, quit } from "./exit.ts";
import { decodeToHost } from "./host-message.ts";
import { CrashSignal, describeError, Life } from "./life.ts";
import { openNodeWorld, type NodeWorld } from "./node-world.ts";
import { nodeFactoryOf } from "./subject.ts";
import { Traps } from "./traps.ts";

/** How long a dying process waits for a harness that does not read its last words. */
const lastWordsLimitMs = 10_000;

export interface NodeProcessOptions {
  readonly bootstrap: Bootstrap;
  readonly channel: ControlChannel;
  /** `import()`. */
  readonly load: (module: string) => Promise<object>;
}

export class NodeProcess {
  readonly #options: NodeProcessOptions;
  readonly #life: Life = new Life((error) => this.#uncaught(error));
  readonly #traps: Traps;
  /** Resolved once `begin` has come and its world is open. */
  readonly #opened = Promise.withResolvers<NodeWorld>();
  #world: NodeWorld | undefined;
  #node: Node | undefined;
  #hasBegun = false;
  #isServing = false;
  #isStopping = false;
  #isDying = false;
  #isSilent = false;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    this.#traps = new Traps({ seen: (kind) => this.#send({ type: "mark", kind }), spring: (trap) => this.#spring(trap) });
  }

  /** Call it once. Everything else comes from the channel. */
  start(): void {
    const { bootstrap, channel } = this.#options;
    const { incarnation, node, token } = bootstrap;
    // Rejections that nobody handles come here, too.
    process.on("uncaughtException", (error) => this.#uncaught(error));
    // From a terminal it goes to the whole group; this process ends when the harness says so, or with it.
    process.on("SIGINT", () => undefined);
    channel.onLine = (line) => this.#heard(line);
    channel.onEnd = () => process.exit(exitCodes.stopped);
    this.#send({ type: "hello", token, node, incarnation, pid: process.pid });
  }

  #send(message: FromHost): void {
    if (!this.#isSilent) this.#options.channel.send(message);
  }

  /** Nothing is said after it, although the process may live on until it is heard. */
  #sendLast(message: FromHost): void {
    this.#send(message);
    this.#isSilent = true;
  }

  #heard(line: Json): void {
    const message = decodeToHost(line);
    if (message === undefined || (message.type === "begin") === this.#hasBegun)
      return quit(exitCodes.usage, `the harness said what no harness says: ${JSON.stringify(line).slice(0, 200)}`);
    if (message.type === "begin") {
      this.#hasBegun = true;
      void this.#begin(message);
    } else void this.#carryOut(message);
  }

  async #begin(begin: Begin): Promise<void> {
    this.#traps.set(begin.traps, begin.watchedMarks);
    const { network } = await this.#open(begin);
    this.#send({ type: "bound", tcpPort: network.tcpPort, udpPort: network.udpPort });
    const factory = await this.#loadNode(begin);
    if (this.#isStopping) return;
    this.#world?.reports.start();
    this.#life.run(() => this.#startNode(factory, begin));
  }

  async #open(begin: Begin): Promise<NodeWorld> {
    try {
      this.#world = await openNodeWorld({
        begin,
        bootstrap: this.#options.bootstrap,
        life: this.#life,
        send: (message) => this.#send(message),
        serving: () => this.#serves(),
        marked: (kind) => this.#traps.marked(kind),
        crash: (reason) => this.#crash(reason),
      });
    } catch (error) {
      return quit(exitCodes.environment, `the world of ${this.#options.bootstrap.node} cannot be opened: ${describeError(error)}`);
    }
    this.#opened.resolve(this.#world);
    return this.#world;
  }

  async #loadNode(begin: Begin): Promise<ReturnType<typeof nodeFactoryOf>> {
    try {
      return nodeFactoryOf(await this.#options.load(begin.module), begin);
    } catch (error) {
      return quit(exitCodes.usage, `${begin.module} cannot be used: ${describeError(error)}`);
    }
  }

  #startNode(factory: ReturnType<typeof nodeFactoryOf>, { nodes, parameters, variant }: Begin): void {
    if (this.#world === undefined) return;
    const node = factory(this.#world.environment, { nodes, parameters, variant });
    this.#node = node;
    node.start().then(
      () => this.#isUp(),
      (error: unknown) => this.#uncaught(error),
    );
  }

  #serves(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    this.#send({ type: "serving" });
  }

  #isUp(): void {
    if (!this.#life.isAlive) return;
    this.#serves();
    this.#send({ type: "up" });
  }

  async #carryOut(message: Exclude<ToHost, Begin>): Promise<void> {
    // Traps need no world, and may not wait for one: the node must not make a mark before they are armed.
    if (message.type === "traps") {
      this.#traps.set(message.traps, message.watchedMarks);
      return this.#done(message.ack);
    }
    const world = await this.#opened.promise;
    switch (message.type) {
      case "clock":
        return this.#done(message.ack, setClock(world, message.clock));
      case "disk":
        world.disk.switch(message.switches);
        return this.#done(message.ack);
      case "inspect":
        world.reports.tellState();
        return this.#done(message.ack);
      case "stop":
        return await this.#stop(world);
    }
  }

  #done(ack: number, detail: JsonObject = {}): void {
    this.#send({ type: "done", ack, detail });
  }

  async #stop({ disk, reports }: NodeWorld): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    try {
      await this.#node?.stop();
    } catch (error) {
      return this.#uncaught(error);
    }
    if (this.#isDying) return;
    this.#life.end();
    await disk.close();
    reports.tellCounts();
    this.#sendLast({ type: "stopped" });
    this.#exitFlushed(exitCodes.stopped);
  }

  /** What was said so far is in the kernel, and the signal takes effect within `kill`: the caller of `mark` does not go on. */
  #spring({ id, signal }: Trap): void {
    this.#world?.reports.tellCounts();
    this.#send({ type: "trapped", id });
    // If the harness reads too slowly the signal has to wait for it: a death of which nobody knows why would be taken for the node's own.
    this.#options.channel.whenFlushed(() => process.kill(process.pid, signal));
  }

  #uncaught(error: unknown): void {
    if (this.#isDying) return;
    if (error instanceof Error && error.stack !== undefined) this.#send({ type: "log", level: "error", message: error.stack });
    this.#die(describeError(error), true);
  }

  #crash(reason: string): never {
    if (!this.#isDying) this.#die(reason, false);
    throw new CrashSignal(reason);
  }

  /** Does not return, unless the harness reads too slowly: then the node is inert until it has heard why. */
  #die(reason: string, isUncaught: boolean): void {
    this.#isDying = true;
    this.#life.end();
    this.#world?.reports.tellCounts();
    this.#sendLast({ type: "died", reason, isUncaught });
    this.#exitFlushed(isUncaught ? exitCodes.uncaught : exitCodes.crashed);
  }

  #exitFlushed(code: number): void {
    this.#options.channel.whenFlushed(() => process.exit(code));
    setTimeout(() => process.exit(code), lastWordsLimitMs);
  }
}

/** As read after the change; `realMs` is this machine's. */
function setClock({ clock, time }: NodeWorld, error: ClockError): JsonObject {
  clock.setError(error);
  const { errorBoundMs } = time ?? {};
  return { wallMs: clock.wall(), realMs: Date.now(), ...(errorBoundMs === undefined ? {} : { errorBoundMs }) };
}
