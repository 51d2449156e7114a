// The models by the names that people type, types closed over. For the command line and for tables of documentation.
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Model } from "./model.ts";
import { counterModel } from "./models/counter.ts";
import { fencedLockModel } from "./models/fenced-lock.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import { multiKeyStoreModel } from "./models/multi-key-store.ts";
import { mutexModel } from "./models/mutex.ts";
import { priorityQueueModel } from "./models/priority-queue.ts";
import { registerModel } from "./models/register.ts";
import { semaphore } from "./models/semaphore.ts";
import { growingSetModel, setModel } from "./models/set.ts";
import { stackModel } from "./models/stack.ts";
import { stringStoreModel } from "./models/string-store.ts";
import { versionedRegisterModel } from "./models/versioned-register.ts";

/** The names, without aliases and parameters. */
export type ModelName =
  | "register"
  | "versioned-register"
  | "multi-key-store"
  | "string-store"
  | "fifo-queue"
  | "stack"
  | "priority-queue"
  | "set"
  | "growing-set"
  | "counter"
  | "mutex"
  | "fenced-lock"
  | "semaphore";

export interface NamedModel {
  readonly name: ModelName;
  /** What its operations are, one clause. */
  readonly text: string;
  /** Other words for the same model. */
  readonly aliases: readonly string[];
  /** For models with a number (`semaphore:3`): what it counts, and which one it is without. */
  readonly parameter?: { readonly noun: string; readonly default: number };
  /** Calls back with the model; the callback is generic, so that no cast is needed. `parameter`: a whole number above zero. */
  use<R>(body: ModelBody<R>, parameter?: number): R;
}

export interface ModelBody<R> {
  <S, I extends Input, O extends Json>(model: Model<S, I, O>): R;
}

export const namedModels: readonly NamedModel[] = [
  named("register", "read, write, cas (compare and set) and delete, by key; nothing is stored at first", registerModel, ["cas-register"]),
  named("versioned-register", "a register whose answers carry a version that counts its changes", versionedRegisterModel),
  named("multi-key-store", "reads, writes and transactions over several keys at once", multiKeyStoreModel),
  named("string-store", "get, put and append on strings, by key; all are empty at first", stringStoreModel),
  named("fifo-queue", "enqueue and dequeue, first in first out", fifoQueueModel, ["queue"]),
  named("stack", "push and pop, last in first out", stackModel),
  named("priority-queue", "insert and poll, greatest first", priorityQueueModel),
  named("set", "add, remove and contains, by element", setModel),
  named("growing-set", "add, and read of all elements", growingSetModel, ["grow-only-set"]),
  named("counter", "add and read; zero at first", counterModel),
  named("mutex", "acquire and release by an owner", mutexModel, ["lock"]),
  named("fenced-lock", "a lock whose grants carry growing fencing tokens", fencedLockModel),
  {
    name: "semaphore",
    text: "acquire and release of permits; semaphore:3 has three",
    aliases: [],
    parameter: { noun: "permits", default: 1 },
    use: (body, permits = 1) => body(semaphore(permits)),
  },
];

/** A model as somebody named it, with the number behind the colon if it takes one. */
export interface ChosenModel {
  readonly model: NamedModel;
  readonly parameter: number | undefined;
}

/** `register`, `queue`, `semaphore:3`; undefined if there is no such model, or no such number: from 1 to 2^31 - 1, in digits. */
export function chosenModel(text: string): ChosenModel | undefined {
  const [, name = "", digits] = /^([^:]*)(?::(\d{1,10}))?$/.exec(text) ?? [];
  const model = namedModels.find((each) => each.name === name || each.aliases.includes(name));
  if (model === undefined) return undefined;
  if (digits === undefined) return { model, parameter: undefined };
  const parameter = Number(digits);
  return model.parameter === undefined || parameter < 1 || parameter > 0x7fffffff ? undefined : { model, parameter };
}

function named<S, I extends Input, O extends Json>(name: ModelName, text: string, model: Model<S, I, O>, aliases: readonly string[] = []): NamedModel {
  return { name, text, aliases, use: (body) => body(model) };
}
