// The formats and models of history files by name, and the types that a model gives to what is read. For readers and writers.
import type { CounterInput, CounterOutput } from "../linearizability/models/counter.ts";
import type { FencedLockInput, FencedLockOutput } from "../linearizability/models/fenced-lock.ts";
import type { QueueInput, QueueOutput } from "../linearizability/models/fifo-queue-operation.ts";
import type { MultiKeyInput, MultiKeyOutput } from "../linearizability/models/multi-key-store.ts";
import type { MutexInput, MutexOutput } from "../linearizability/models/mutex.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "../linearizability/models/priority-queue.ts";
import type { RegisterInput, RegisterOutput } from "../linearizability/models/register-operation.ts";
import type { SemaphoreInput, SemaphoreOutput } from "../linearizability/models/semaphore.ts";
import type { GrowingSetInput, GrowingSetOutput, SetInput, SetOutput } from "../linearizability/models/set.ts";
import type { StackInput, StackOutput } from "../linearizability/models/stack.ts";
import type { StringStoreInput, StringStoreOutput } from "../linearizability/models/string-store.ts";
import type { VersionedRegisterInput, VersionedRegisterOutput } from "../linearizability/models/versioned-register.ts";

export type HistoryFormat = "jepsen-edn" | "jepsen-json" | "porcupine-etcd" | "porcupine-kv" | "hard" | "faultline";

/** All formats, for messages and help texts. */
export const historyFormats: readonly HistoryFormat[] = ["jepsen-edn", "jepsen-json", "porcupine-etcd", "porcupine-kv", "hard", "faultline"];

/** What the operations of a model look like; its names are those that `--model` takes, without parameters. */
export interface ModelTypes {
  readonly register: { readonly input: RegisterInput; readonly output: RegisterOutput };
  readonly "cas-register": { readonly input: RegisterInput; readonly output: RegisterOutput };
  readonly "versioned-register": { readonly input: VersionedRegisterInput; readonly output: VersionedRegisterOutput };
  readonly "multi-key-store": { readonly input: MultiKeyInput; readonly output: MultiKeyOutput };
  readonly "string-store": { readonly input: StringStoreInput; readonly output: StringStoreOutput };
  readonly "fifo-queue": { readonly input: QueueInput; readonly output: QueueOutput };
  readonly stack: { readonly input: StackInput; readonly output: StackOutput };
  readonly "priority-queue": { readonly input: PriorityQueueInput; readonly output: PriorityQueueOutput };
  readonly set: { readonly input: SetInput; readonly output: SetOutput };
  readonly "growing-set": { readonly input: GrowingSetInput; readonly output: GrowingSetOutput };
  readonly counter: { readonly input: CounterInput; readonly output: CounterOutput };
  readonly mutex: { readonly input: MutexInput; readonly output: MutexOutput };
  readonly "fenced-lock": { readonly input: FencedLockInput; readonly output: FencedLockOutput };
  readonly semaphore: { readonly input: SemaphoreInput; readonly output: SemaphoreOutput };
}

export type HistoryModel = keyof ModelTypes;
export type InputOf<M extends HistoryModel> = ModelTypes[M]["input"];
export type OutputOf<M extends HistoryModel> = ModelTypes[M]["output"];

/**
 * What a compare-and-set that the file calls failed tells: `mismatch`, it ran and met another value (an observation that
 * must be explained); `absent`, it did not happen. The wrong meaning turns verdicts around, so every format has to say.
 */
export type FailedCas = "mismatch" | "absent";

/** Jepsen's formats only: `key`, every value is a tuple [KEY VALUE] (jepsen.independent); `none`, the file is about one object. */
export type Partition = "key" | "none";

/** What a failed compare-and-set means in a format, if nobody says otherwise. */
export function failedCasOf(format: HistoryFormat): FailedCas {
  return format === "porcupine-etcd" || format === "porcupine-kv" || format === "hard" ? "mismatch" : "absent";
}
