// Keeps a simulation's mistakes inside it: tripwires and error listeners, in place only while its events run. For the scheduler.
import { SimulationLeakError } from "./simulation-error.ts";
import { Tripwires, type CurrentNode } from "./tripwires.ts";

type ErrorChannel = "uncaughtException" | "unhandledRejection";
const channels: readonly ErrorChannel[] = ["uncaughtException", "unhandledRejection"];
// As Node types what it hands out; only ever put back.
type Listener = ReturnType<typeof process.rawListeners>[number];

export interface GuardOptions {
  readonly currentNode: CurrentNode;
  /** An exception in a microtask, or a promise that was rejected and not handled by the end of its event. */
  readonly uncaught: (error: unknown) => void;
  readonly leaked: (error: SimulationLeakError) => void;
}

/** The process's own listeners are set aside on `enter` and put back on `leave`. */
export class Guard {
  readonly #tripwires: Tripwires;
  // An initializer: V8 puts a function that is assigned to a member among the old objects, where it would keep the run it belongs to alive.
  readonly #own = (error: unknown): void => this.#options.uncaught(error);
  readonly #options: GuardOptions;
  readonly #setAside = new Map<ErrorChannel, readonly Listener[]>();
  #isInside = false;

  constructor(options: GuardOptions) {
    this.#tripwires = new Tripwires(options.currentNode, options.leaked);
    this.#options = options;
  }

  enter(): void {
    if (this.#isInside) return;
    this.#isInside = true;
    for (const channel of channels) {
      this.#setAside.set(channel, process.rawListeners(channel));
      process.removeAllListeners(channel);
      process.on(channel, this.#own);
    }
    this.#tripwires.arm();
  }

  leave(): void {
    if (!this.#isInside) return;
    this.#isInside = false;
    this.#tripwires.disarm();
    for (const channel of channels) {
      process.removeListener(channel, this.#own);
      for (const listener of this.#setAside.get(channel) ?? []) putBack(channel, listener);
    }
  }
}

/** Exactly the listener that was there, wrappers of `once` included; its type is Node's `Function`, which `process.on` does not take. */
function putBack(channel: ErrorChannel, listener: Listener): void {
  const add: unknown = Reflect.get(process, "on");
  if (typeof add === "function") Reflect.apply(add, process, [channel, listener]);
}
