// What a model promises the searches, tried out on the states that some operations lead to. For tests of models.
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

export interface SampleOperation<I extends Input, O extends Json> {
  readonly input: I;
  readonly output: O;
}

export interface LawsOptions {
  /** How many states to visit at most; default 500. */
  readonly maximalStates?: number;
}

/**
 * Sentences about promises of `Model` that these operations break, one for each operation and promise, empty if none was seen: an unknown outcome is never
 * impossible, `isReadOnly` holds in every state, equal `pendingClass` means equal effects, `step` answers the same when
 * asked again and leaves the state it was given as it was. Operations may be right or wrong in any state: give small values, all
 * kinds, and for each kind all answers. O(states x operations). That it is the model of the right object no law can tell,
 * nor that `partitionKey`, `elementOf` and `relevantPending` are sound: compare with `isLinearizableByBruteForce` for that.
 */
export function lawsBrokenBy<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly SampleOperation<I, O>[],
  { maximalStates = 500 }: LawsOptions = {},
): string[] {
  const broken: Broken = new Map();
  const known = new Map<unknown, S>([[keyOf(model, model.initial), model.initial]]);
  // A map that grows while it is walked: what was added is visited too.
  for (const state of known.values()) {
    const effects = new Map<string, { readonly key: unknown; readonly text: string }>();
    for (const { input, output } of operations) {
      const visit = new Visit(model, state, broken);
      const forgotten = visit.forgotten(input);
      visit.sameClass(input, forgotten, effects);
      for (const next of [forgotten, visit.answered(input, output)])
        if (next !== undefined && known.size < maximalStates && !known.has(keyOf(model, next))) known.set(keyOf(model, next), next);
    }
  }
  return [...broken.values()];
}

/** One sentence for each operation and law: the first state in which it was seen. */
type Broken = Map<string, string>;

/** One operation in one state. */
class Visit<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #state: S;
  readonly #broken: Broken;

  constructor(model: Model<S, I, O>, state: S, broken: Broken) {
    this.#model = model;
    this.#state = state;
    this.#broken = broken;
  }

  /** The state after it if nobody knows the outcome. */
  forgotten(input: I): S | undefined {
    const next = this.#step(input, undefined);
    if (next === undefined)
      this.#report(`${this.#text(input)} is impossible with unknown outcome`, `when it is ${this.#shown(this.#state)}: it must leave the state as it is`);
    return next;
  }

  answered(input: I, output: O): S | undefined {
    return this.#step(input, output);
  }

  sameClass(input: I, next: S | undefined, effects: Map<string, { readonly key: unknown; readonly text: string }>): void {
    const name = this.#model.pendingClass?.(input);
    if (name === undefined || next === undefined) return;
    const effect = { key: keyOf(this.#model, next), text: this.#text(input) };
    const other = effects.get(name);
    if (other === undefined) effects.set(name, effect);
    else if (other.key !== effect.key)
      this.#report(`${other.text} and ${effect.text} are both of the pending class ${name},`, `but differ when it is ${this.#shown(this.#state)}`);
  }

  #step(input: I, output: O | undefined): S | undefined {
    const [key, shown] = [keyOf(this.#model, this.#state), this.#shown(this.#state)];
    const next = this.#model.step(this.#state, input, output);
    const text = this.#sentence(input, output);
    if (keyOf(this.#model, this.#state) !== key || this.#shown(this.#state) !== shown) this.#report(`${text} changes the state that it was given:`, shown);
    const again = this.#model.step(this.#state, input, output);
    const [nextKey, againKey] = [next, again].map((each) => (each === undefined ? undefined : keyOf(this.#model, each)));
    if (nextKey !== againKey) this.#report(`${text} leads to one state and then to another`, `from ${shown}`);
    if (next !== undefined && nextKey !== key && this.#model.isReadOnly?.(input, output) === true)
      this.#report(`${text} is called read-only,`, `but when it is ${shown} it leaves ${this.#shown(next)}`);
    return next;
  }

  #report(law: string, where: string): void {
    if (!this.#broken.has(law)) this.#broken.set(law, `${law} ${where}`);
  }

  #sentence(input: I, output: O | undefined): string {
    const result = output === undefined ? "with unknown outcome" : (this.#model.describeResult?.(input, output) ?? "");
    return result === "" ? this.#text(input) : `${this.#text(input)} ${result}`;
  }

  #text(input: I): string {
    return this.#model.describeOperation(input);
  }

  #shown(state: S): string {
    return this.#model.describeState(state);
  }
}

function keyOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, state: S): unknown {
  return model.stateKey === undefined ? state : model.stateKey(state);
}
