// The model as the frontier sees it: states and actions are small integers, and new ones may appear at any time. Unlike
// transitions.ts it needs not know all operations beforehand, so it serves histories that are still being written.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { SlotKind } from "./frontier-slots.ts";
import type { Model } from "../model.ts";
import type { StepMeter } from "../search/search.ts";
import { stateSizeBytes } from "../search/transitions.ts";

/** Answer of `Steps.next` when the action's output is impossible in that state. */
export const impossibleStep = -1;

/** A guess at an action with its entry in the map. */
const actionSizeBytes = 128;

export interface StepsOptions {
  /** Operations of equal input and output are one action, and steps are remembered. Without it every operation is an action of its own. */
  readonly withClasses: boolean;
  /** How many steps are remembered, a power of two. A step overwrites another on collision, so that the memory is bounded. */
  readonly rememberedSteps: number;
}

/** States and actions of one model, numbered as they come; state 0 is the first one interned. */
export class Steps<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  #withClasses = false;
  readonly #stateIds = new Map<unknown, number>();
  readonly #states: S[] = [];
  readonly #actionIds = new Map<string, number>();
  readonly #inputs: I[] = [];
  readonly #outputs: (O | undefined)[] = [];
  #stateBytes = 0;
  #knownStates = new Int32Array(0);
  #knownActions = new Int32Array(0);
  #knownNext = new Int32Array(0);

  constructor(model: Model<S, I, O>) {
    this.#model = model;
  }

  /** Forgets everything. */
  start({ withClasses, rememberedSteps }: StepsOptions): void {
    this.release();
    this.#withClasses = withClasses;
    if (!withClasses) return;
    if (this.#knownStates.length !== rememberedSteps) {
      this.#knownStates = new Int32Array(rememberedSteps);
      this.#knownActions = new Int32Array(rememberedSteps);
      this.#knownNext = new Int32Array(rememberedSteps);
    }
    this.#knownStates.fill(-1);
  }

  /** Lets go of states and operations. */
  release(): void {
    this.#stateIds.clear();
    this.#states.length = 0;
    this.#actionIds.clear();
    this.#inputs.length = 0;
    this.#outputs.length = 0;
    this.#stateBytes = 0;
  }

  /** States and actions that it holds. */
  get size(): number {
    return this.#states.length + this.#inputs.length;
  }

  /** What states, actions and the table occupy, all but the last by estimate. */
  get sizeBytes(): number {
    return this.#stateBytes + actionSizeBytes * this.#inputs.length + 12 * this.#knownStates.length;
  }

  stateOf(id: number): S {
    const state = this.#states[id];
    if (state === undefined) throw new Error(`Assertion failed: no state ${id}`);
    return state;
  }

  /** The number of a state. */
  intern(state: S): number {
    const key = this.#model.stateKey === undefined ? state : this.#model.stateKey(state);
    const known = this.#stateIds.get(key);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#stateIds.set(key, id);
    this.#states.push(state);
    this.#stateBytes += stateSizeBytes(key, state);
    return id;
  }

  /** What an operation can do; `idle`: nothing ever, so it may be ignored. */
  kindOf({ input, output }: Operation<I, O>, isOutcomeKnown: boolean): SlotKind | "idle" {
    const isReadOnly = this.#model.isReadOnly?.(input, isOutcomeKnown ? output : undefined) === true;
    if (!isOutcomeKnown) return isReadOnly ? "idle" : "pending";
    return isReadOnly ? "observer" : "mutator";
  }

  /** The number of what an operation does. With its outcome forgotten, or unknown, it does whatever the object would do. */
  actionOf(operation: Operation<I, O>, isOutcomeKnown: boolean): number {
    return this.#action(operation.input, isOutcomeKnown ? operation.output : undefined, isOutcomeKnown);
  }

  /** The number here of an action of other steps on the same model. */
  adopt(other: Steps<S, I, O>, action: number, isOutcomeKnown: boolean): number {
    return this.#action(other.#inputOf(action), other.#outputs[action], isOutcomeKnown);
  }

  /** The state after an action, or `impossibleStep`. The meter hears of it if the model is asked. */
  next(state: number, action: number, meter: StepMeter): number {
    if (!this.#withClasses) return this.#compute(state, action, meter);
    // Non-null below: the index is masked to the length of the arrays.
    const mixed = Math.imul(state, 0x9e3779b1) ^ Math.imul(action, 0x85ebca6b);
    const place = (mixed ^ (mixed >>> 15)) & (this.#knownStates.length - 1);
    if (this.#knownStates[place] === state && this.#knownActions[place] === action) return this.#knownNext[place]!;
    const next = this.#compute(state, action, meter);
    this.#knownStates[place] = state;
    this.#knownActions[place] = action;
    this.#knownNext[place] = next;
    return next;
  }

  #action(input: I, output: O | undefined, isOutcomeKnown: boolean): number {
    const fresh = this.#inputs.length;
    if (this.#withClasses) {
      const key = isOutcomeKnown ? JSON.stringify([input, output]) : `?${this.#model.pendingClass?.(input) ?? JSON.stringify(input)}`;
      const known = this.#actionIds.get(key);
      if (known !== undefined) return known;
      this.#actionIds.set(key, fresh);
    }
    this.#inputs.push(input);
    this.#outputs.push(output);
    return fresh;
  }

  #compute(state: number, action: number, meter: StepMeter): number {
    meter.charge();
    const next = this.#model.step(this.stateOf(state), this.#inputOf(action), this.#outputs[action]);
    return next === undefined ? impossibleStep : this.intern(next);
  }

  #inputOf(action: number): I {
    const input = this.#inputs[action];
    if (input === undefined) throw new Error(`Assertion failed: no action ${action}`);
    return input;
  }
}
