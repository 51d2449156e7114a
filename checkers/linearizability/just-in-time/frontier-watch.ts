// Watches one object while its history is being written, with the engine of just-in-time linearization. For online.ts.
//
// That engine wants to know the outcome of an operation when it opens. So the watch keeps a *settled* frontier: up to the
// invocation of the oldest operation that may still be answered all outcomes are known, and the events are consumed for
// good. The tail after it is examined on a copy, with the open operations as pending: exactly the history as it stands.
//
// When one operation hangs the tail grows, so a long one is not examined at every completion, but when an eighth of it is new:
// eight readings of an event instead of ever more. A violation in a long tail is therefore noticed a little late; nothing that the
// ordinary check would accept is ever accused, because each examination is of a history that really was.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { Machine } from "./frontier-machine.ts";
import type { Advance } from "./frontier-machine.ts";
import { Steps } from "./frontier-steps.ts";
import type { Model } from "../model.ts";
import { StepMeter } from "../search/search.ts";

export interface WatchLimits {
  /** Steps that every event adds to what examinations may take, and the most that can be saved up. */
  readonly stepsPerEvent: number;
  readonly stepsAtMost: number;
  readonly memoryBytes: number;
}

export interface WatchOptions<S, I extends Input, O extends Json> {
  readonly model: Model<S, I, O>;
  readonly states: readonly S[];
  readonly limits: WatchLimits;
  readonly examination: Machine<S, I, O>;
}

interface WatchedEvent<I extends Input, O extends Json> {
  /** As it was invoked, or as it ended. */
  readonly operation: Operation<I, O>;
  readonly isInvocation: boolean;
  /** Of an invocation: how the operation ended, as soon as that is known. */
  ending: Operation<I, O> | undefined;
}

/** Events of a tail that is examined at every completion; of a longer one, an eighth must be new. */
const shortTail = 32;
const shareExamined = 8;
const firstSizeKept = 4096;
const rememberedSteps = 1 << 8;

/** What a watch works on while it examines a tail; any number of watches of one model share one. */
export function examinationMachine<S, I extends Input, O extends Json>(model: Model<S, I, O>): Machine<S, I, O> {
  return new Machine(new Steps(model));
}

export class FrontierWatch<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #limits: WatchLimits;
  readonly #settled: Machine<S, I, O>;
  readonly #examination: Machine<S, I, O>;
  #steps: Steps<S, I, O>;
  /** States and actions at which the steps are renewed, so that they do not grow with the history. */
  #sizeKept = firstSizeKept;
  /** Events that are not settled, from `#head` on. */
  #tail: WatchedEvent<I, O>[] = [];
  #head = 0;
  #unexaminedCount = 0;
  /** Invocations of operations that may still be answered, by operation. */
  readonly #open = new Map<number, WatchedEvent<I, O>>();
  #credit: number;
  /** Credit that must have been saved before the next examination: one that was cut off would be cut off again. */
  #creditNeeded = 0;

  /** Begins where the object may be in any of these states and nothing is open. */
  constructor({ model, states, limits, examination }: WatchOptions<S, I, O>) {
    this.#model = model;
    this.#limits = limits;
    this.#credit = limits.stepsAtMost;
    this.#steps = this.#freshSteps();
    this.#settled = new Machine(this.#steps);
    this.#settled.start(states);
    this.#examination = examination;
  }

  /** The states that the object may be in while nothing is open and nothing pends: all that a later watch needs to know. */
  get restingStates(): readonly S[] | undefined {
    return this.#head < this.#tail.length ? undefined : this.#settled.restingStates;
  }

  invoked(operation: Operation<I, O>): void {
    const event = { operation, isInvocation: true, ending: undefined };
    this.#open.set(operation.id, event);
    this.#append(event);
  }

  /** `impossible`: nothing explains the history up to here. `lost`: it costs too much. After either the watch is over. */
  completed(operation: Operation<I, O>): "possible" | "impossible" | "lost" {
    const invocation = this.#open.get(operation.id);
    if (invocation === undefined) throw new Error(`Assertion failed: operation ${operation.id} ends without having begun`);
    this.#open.delete(operation.id);
    invocation.ending = operation;
    this.#append({ operation, isInvocation: false, ending: undefined });
    const settled = this.#settle();
    if (settled === "impossible") return "impossible";
    if (settled !== undefined) return "lost";
    // To hear that nobody will ever know changes nothing.
    if (operation.type === "info" || !this.#isDue) return "possible";
    return this.#examine() === "impossible" ? "impossible" : "possible";
  }

  #append(event: WatchedEvent<I, O>): void {
    this.#tail.push(event);
    this.#unexaminedCount++;
    this.#credit = Math.min(this.#limits.stepsAtMost, this.#credit + this.#limits.stepsPerEvent);
  }

  get #isDue(): boolean {
    const length = this.#tail.length - this.#head;
    const isNews = length > 0 && (length <= shortTail || this.#unexaminedCount * shareExamined >= length);
    return isNews && this.#credit >= this.#creditNeeded;
  }

  /** Consumes the events before the oldest invocation that may still be answered. */
  #settle(): Advance {
    const { stepsAtMost, stepsPerEvent } = this.#limits;
    const meter = this.#meter(Math.max(stepsAtMost, stepsPerEvent * (this.#tail.length - this.#head)));
    for (; this.#head < this.#tail.length; this.#head++) {
      const event = this.#tail[this.#head];
      if (event === undefined || (event.isInvocation && event.ending === undefined)) break;
      const advance = this.#read(this.#settled, event, meter);
      if (advance !== undefined) return advance;
    }
    if (this.#head > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#head);
      this.#head = 0;
    }
    if (this.#steps.size > this.#sizeKept) this.#renewSteps();
    return this.#settled.sizeBytes > this.#limits.memoryBytes ? "memory" : undefined;
  }

  /** Reads the tail as if nothing more were ever heard. */
  #examine(): Advance {
    this.#unexaminedCount = 0;
    const meter = this.#meter(this.#credit);
    const advance = this.#readTail(meter);
    const isCutOff = advance !== undefined && advance !== "impossible";
    this.#credit = Math.max(0, this.#credit - meter.steps);
    this.#creditNeeded = isCutOff ? this.#limits.stepsAtMost : 0;
    return advance;
  }

  #readTail(meter: StepMeter): Advance {
    this.#examination.copyFrom(this.#settled);
    for (let place = this.#head; place < this.#tail.length; place++) {
      const event = this.#tail[place];
      const advance = event === undefined ? undefined : this.#read(this.#examination, event, meter);
      if (advance !== undefined) return advance;
    }
    return undefined;
  }

  #read(machine: Machine<S, I, O>, { operation, isInvocation, ending }: WatchedEvent<I, O>, meter: StepMeter): Advance {
    // What ends `info` stays pending for ever, so it does not close; what failed was never there.
    if (!isInvocation) return operation.type === "ok" ? machine.close(operation.id, meter) : undefined;
    if (ending?.type === "ok") machine.open({ number: operation.id, operation: ending, isOutcomeKnown: true });
    else if (ending?.type !== "fail") machine.open({ number: operation.id, operation: asPending(operation), isOutcomeKnown: false });
    return undefined;
  }

  #meter(maxSteps: number): StepMeter {
    return new StepMeter({ maxSteps, limits: { spend: () => undefined, memoryBytes: this.#limits.memoryBytes } });
  }

  #renewSteps(): void {
    const steps = this.#freshSteps();
    this.#settled.adopt(steps);
    this.#steps = steps;
    this.#sizeKept = Math.max(firstSizeKept, 2 * steps.size);
  }

  #freshSteps(): Steps<S, I, O> {
    const steps = new Steps(this.#model);
    steps.start({ withClasses: true, rememberedSteps });
    return steps;
  }
}

function asPending<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  return operation.completedIndex === Infinity ? operation : { ...operation, completedIndex: Infinity };
}
