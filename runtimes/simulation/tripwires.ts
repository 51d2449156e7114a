// Tripwires: while a node's event runs, real clocks, timers, chance and input/output throw. For the scheduler.
import { SimulationLeakError } from "./simulation-error.ts";

/** Names the node whose event runs now; undefined: the harness or a client, which may use anything. */
export type CurrentNode = () => string | undefined;

interface Wire {
  readonly owner: object;
  readonly member: string;
  readonly original: PropertyDescriptor | undefined;
  readonly guarded: PropertyDescriptor;
}

interface Watch {
  readonly currentNode: CurrentNode;
  readonly leaked: (error: SimulationLeakError) => void;
}

/**
 * All that the wires know. Empty while they are disarmed: V8 remembers a getter that was once defined on a global object
 * until its next full collection, and with it everything that the getter can reach, which would be the whole run.
 */
interface Post {
  watch: Watch | undefined;
}

/**
 * Armed only while events run, so nothing outside a simulation ever sees them. Code that kept a reference from before
 * (`const { now } = Date`) and `node:` imports escape; lint forbids those, and the trace hash shows what still leaks.
 */
export class Tripwires {
  readonly #wires: readonly Wire[];
  readonly #watch: Watch;
  readonly #post: Post = { watch: undefined };

  /** `leaked` hears of every leak, also of one whose error the node caught. */
  constructor(currentNode: CurrentNode, leaked: (error: SimulationLeakError) => void) {
    this.#watch = { currentNode, leaked };
    const guard = guardAt(this.#post);
    this.#wires = procedures().map(([owner, member, api]) => wire(owner, member, (original) => guardedProcedure(original, () => guard(api))));
    this.#wires = [...this.#wires, wire(globalThis, "Date", () => guardedDate(Date, guard)), guardedGetter(crypto, "subtle", () => guard("crypto.subtle"))];
  }

  arm(): void {
    if (this.#post.watch !== undefined) return;
    this.#post.watch = this.#watch;
    for (const { owner, member, guarded } of this.#wires) Object.defineProperty(owner, member, guarded);
  }

  disarm(): void {
    if (this.#post.watch === undefined) return;
    this.#post.watch = undefined;
    for (const { owner, member, original } of this.#wires) {
      if (original === undefined) Reflect.deleteProperty(owner, member);
      else Object.defineProperty(owner, member, original);
    }
  }
}

function guardAt(post: Post): (api: string) => void {
  return (api) => {
    const host = post.watch?.currentNode();
    if (host === undefined) return;
    const error = new SimulationLeakError(api, host);
    post.watch?.leaked(error);
    throw error;
  };
}

function procedures(): readonly (readonly [object, string, string])[] {
  return [
    [Math, "random", "Math.random"],
    [performance, "now", "performance.now"],
    [globalThis, "setTimeout", "setTimeout"],
    [globalThis, "setInterval", "setInterval"],
    [globalThis, "setImmediate", "setImmediate"],
    [globalThis, "fetch", "fetch"],
    [AbortSignal, "timeout", "AbortSignal.timeout"],
    [crypto, "randomUUID", "crypto.randomUUID"],
    [crypto, "getRandomValues", "crypto.getRandomValues"],
    [process, "hrtime", "process.hrtime"],
    [process, "uptime", "process.uptime"],
    [process, "memoryUsage", "process.memoryUsage"],
  ];
}

function wire(owner: object, member: string, guarded: (original: unknown) => unknown): Wire {
  const original = Object.getOwnPropertyDescriptor(owner, member);
  return {
    owner,
    member,
    original,
    guarded: { value: guarded(Reflect.get(owner, member)), configurable: true, writable: true, enumerable: original?.enumerable ?? true },
  };
}

function guardedProcedure(original: unknown, guard: () => void): unknown {
  if (typeof original !== "function") return original;
  // A proxy, so that members such as `process.hrtime.bigint` stay; they trip through `get`.
  return new Proxy(original, {
    apply(target, receiver, inputs): unknown {
      guard();
      return Reflect.apply(target, receiver, inputs);
    },
    get(target, member, receiver): unknown {
      if (member === "bigint") guard();
      return Reflect.get(target, member, receiver);
    },
  });
}

/** For members that are read, not called: everything below them is asynchronous in real time. */
function guardedGetter(owner: object, member: string, guard: () => void): Wire {
  const value: unknown = Reflect.get(owner, member);
  const get = (): unknown => {
    guard();
    return value;
  };
  return { owner, member, original: Object.getOwnPropertyDescriptor(owner, member), guarded: { get, configurable: true, enumerable: true } };
}

/** `new Date(value)`, `Date.UTC` and `Date.parse` stay: they tell no time. */
function guardedDate(clock: DateConstructor, guard: (api: string) => void): unknown {
  return new Proxy(clock, {
    apply(target, receiver, inputs): unknown {
      guard("Date()");
      return Reflect.apply(target, receiver, inputs);
    },
    construct(target, inputs: unknown[], newTarget): object {
      if (inputs.length === 0) guard("new Date()");
      const made: object = Reflect.construct(target, inputs, newTarget);
      return made;
    },
    get(target, member, receiver): unknown {
      if (member === "now") guard("Date.now");
      return Reflect.get(target, member, receiver);
    },
  });
}

/** What keeps the real event loop busy, by kind: equal before and after a run that leaked nothing. */
export function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
