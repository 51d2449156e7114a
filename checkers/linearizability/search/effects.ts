// Operations of an object that is one value, as integers: which value each asks for and which it leaves. For the search,
// which can then tell without trying what a situation still allows. See `Model.effect`.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { Effect, Model } from "../model.ts";

/** No value is asked for, refused or left. */
export const noValue = -1;

/**
 * Per operation (its position). Values are numbered 0..valueCount-1; all that no operation asks about share the last number:
 * nothing can tell them apart, so situations that differ in them only are the same, and so are writes of them. Where states
 * grow the numbers are those of `Transitions`, and later ones follow.
 */
export interface Effects {
  /** The only value in which it is legal, or of unknown outcome, in which it changes anything. */
  readonly from: Int32Array;
  /** The only value in which it is not. */
  readonly not: Int32Array;
  readonly to: Int32Array;
  readonly isPending: Uint8Array;
  readonly initial: number;
  readonly valueCount: number;
  /** 1 for operations that grow the state; undefined if there are none. */
  readonly grows: Uint8Array | undefined;
  /** False if growth alone cannot lead from the one state to the other value. */
  mayGrow(state: number, value: number): boolean;
}

/** What is asked about states whose effects grow. */
export interface GrowingStates<S> {
  /** Number of a state, a new one if need be. */
  intern(state: S): number;
  readonly count: number;
  /** From now on all states that neither are nor can grow into one of these share one number: nothing can tell them apart. */
  askAbout(values: ReadonlySet<number>): void;
  mayGrow(state: number, value: number): boolean;
}

/** Undefined if the model does not tell, of one of the operations or at all, or tells what `Effect` rules out. O(n). */
export function effectsOf<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  states: GrowingStates<S>,
): Effects | undefined {
  const effects = toldEffects(model, operations);
  if (effects === undefined) return undefined;
  const isPending = flags(operations, ({ type }) => type !== "ok");
  if (!effects.some(({ grows }) => grows === true)) return { ...replacingNumbers(model, effects), isPending, grows: undefined, mayGrow: () => false };
  const grows = flags(effects, (effect) => effect.grows === true);
  return { ...growingNumbers(model, effects, states), isPending, grows, mayGrow: (state, value) => states.mayGrow(state, value) };
}

function toldEffects<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Effect<S>[] | undefined {
  if (model.effect === undefined) return undefined;
  const effects: Effect<S>[] = [];
  for (const { type, input, output } of operations) {
    const effect = model.effect(input, type === "ok" ? output : undefined);
    if (effect === undefined || (type !== "ok" && effect.not !== undefined)) return undefined;
    effects.push(effect);
  }
  return effects;
}

type Numbers = Pick<Effects, "from" | "not" | "to" | "initial" | "valueCount">;

/** Values that are asked about get numbers of their own, all others share one. */
function replacingNumbers<S, I extends Input, O extends Json>(model: Model<S, I, O>, effects: readonly Effect<S>[]): Numbers {
  const asked = new Numbering();
  const keyOf = (state: S): unknown => (model.stateKey === undefined ? state : model.stateKey(state));
  for (const { from, not } of effects) {
    if (from !== undefined) asked.numberOf(keyOf(from));
    if (not !== undefined) asked.numberOf(keyOf(not));
  }
  const numberOf = (state: S): number => asked.known(keyOf(state)) ?? asked.count;
  return {
    initial: numberOf(model.initial),
    from: numbered(effects, ({ from }) => (from === undefined ? noValue : numberOf(from))),
    not: numbered(effects, ({ not }) => (not === undefined ? noValue : numberOf(not))),
    to: numbered(effects, ({ to }) => (to === undefined ? noValue : numberOf(to))),
    valueCount: asked.count + 1,
  };
}

function growingNumbers<S, I extends Input, O extends Json>(model: Model<S, I, O>, effects: readonly Effect<S>[], states: GrowingStates<S>): Numbers {
  const initial = states.intern(model.initial);
  const from = numbered(effects, (effect) => (effect.from === undefined ? noValue : states.intern(effect.from)));
  const not = numbered(effects, (effect) => (effect.not === undefined ? noValue : states.intern(effect.not)));
  states.askAbout(new Set([...from, ...not].filter((value) => value !== noValue)));
  const to = numbered(effects, (effect) => (effect.to === undefined ? noValue : states.intern(effect.to)));
  return { initial, from, not, to, valueCount: states.count };
}

function numbered<S>(effects: readonly Effect<S>[], numberOf: (effect: Effect<S>) => number): Int32Array {
  const numbers = new Int32Array(effects.length);
  for (const [position, effect] of effects.entries()) numbers[position] = numberOf(effect);
  return numbers;
}

function flags<T>(items: readonly T[], isSet: (item: T) => boolean): Uint8Array {
  const set = new Uint8Array(items.length);
  for (const [position, item] of items.entries()) if (isSet(item)) set[position] = 1;
  return set;
}

/** Classes of equal effects, operations of unknown outcome apart, for effects that do not grow. */
export function classesOf({ from, not, to, isPending, valueCount }: Effects): { readonly classes: Int32Array; readonly classCount: number } {
  const base = valueCount + 1;
  // Pairs are numbered before they are combined further, so that no product exceeds the exact integers.
  const conditions = new Numbering();
  const ids = new Numbering();
  const classes = new Int32Array(from.length);
  for (let position = 0; position < from.length; position++) {
    // In bounds: one number per operation in each array.
    const condition = conditions.numberOf((from[position]! + 1) * base + not[position]! + 1);
    classes[position] = ids.numberOf((condition * base + to[position]! + 1) * 2 + isPending[position]!);
  }
  return { classes, classCount: ids.count };
}

/** Numbers things 0, 1, 2 ... in order of appearance. */
class Numbering {
  readonly #numbers = new Map<unknown, number>();

  get count(): number {
    return this.#numbers.size;
  }

  known(thing: unknown): number | undefined {
    return this.#numbers.get(thing);
  }

  numberOf(thing: unknown): number {
    const known = this.#numbers.get(thing);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(thing, number);
    return number;
  }
}
