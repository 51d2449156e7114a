// What a linearizability checker knows of an object: plain data of pure functions. For authors of models.
//
// A model describes one *sequential* object: which results are legal in which state, one operation at a time. Concurrency,
// lost answers and real time are the business of the searches. Two habits keep a model small and fast:
//
// - `step` is deterministic: state, input and recorded output determine the next state. A model that has a choice of
//   results leaves the choice to the output ("the token is any number above the last one").
// - States are immutable values. `stateKey` says when two of them are the same; without it they must be primitives.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";

export interface Model<S, I extends Input = Input, O extends Json = Json> {
  readonly name: string;
  readonly initial: S;

  /**
   * The state after the operation, or undefined when the output is impossible in this state.
   * `output` is undefined when nobody knows the outcome: then answer what the object would do, and never "impossible":
   * an operation that would be refused here simply leaves the state as it is.
   */
  step(state: S, input: I, output: O | undefined): S | undefined;

  /**
   * The independent object that an operation works on. A history is linearizable iff the part of each key is (Herlihy
   * and Wing 1990, theorem 1), so a key divides the cost. Answer the same key for all operations that share any state.
   */
  partitionKey?(input: I): string;

  /**
   * True if this operation can never change *any* state in which it is legal: a read, a failed compare-and-set.
   * It is not enough that it leaves one particular state alone: a write of 5 on a register that holds 5 is no observer,
   * because done now it is missing later, when something must restore the 5. Without it nothing counts as read-only.
   */
  isReadOnly?(input: I, output: O | undefined): boolean;

  /**
   * For objects that are one value: what the operation asks of it and what it leaves. It must agree with
   * `step` in every state, with unknown outcome too. It lets a search see from afar that a value somebody saw is gone for
   * good. Undefined if it cannot be said of this operation; then it is not used for the whole partition.
   */
  effect?(input: I, output: O | undefined): Effect<S> | undefined;

  /** False if no sequence of operations that grow the state leads from one to the other. For models with such effects. */
  mayGrowInto?(state: S, goal: S): boolean;

  /** Equal strings promise equal effects of operations with unknown outcome, whatever the state. Default: equal inputs. */
  pendingClass?(input: I): string;

  /**
   * Of the operations with unknown outcome, those that could make a difference; the others are ignored. Leave one out only
   * if every explanation that uses it can do without: a write of a value that nobody could have seen. One with a finite
   * `completedIndex` took effect before then or never.
   */
  relevantPending?(completed: readonly Operation<I, O>[], pending: readonly Operation<I, O>[]): readonly Operation<I, O>[];

  /**
   * For containers: the value that an operation put in, took out or looked for. A linearizable history must remain so
   * without all operations on any one value; undefined is for operations that may concern any value and always stay.
   */
  elementOf?(operation: Operation<I, O>): string | undefined;

  /** Equal keys for equal states and only for them. Default: the state itself, which then must be a primitive. */
  stateKey?(state: S): string | number;

  /** Algorithms that decide this object in polynomial time, tried in order; the first that applies has the last word. */
  readonly monitors?: readonly Monitor<I, O>[];

  /** E.g. `write x = 7`, without the result. */
  describeOperation(input: I): string;
  /** E.g. `-> 7`; empty when the result says nothing. */
  describeResult?(input: I, output: O): string;
  describeState(state: S): string;

  /**
   * One sentence why these few operations of one key cannot be explained, or undefined to leave it to the generic one.
   * The `culprit` is the one whose completion made them impossible. They cannot be explained whether or not any other
   * operation took effect, and they include a source for every value that one of them saw, if there is one.
   */
  explain?(witness: readonly Operation<I, O>[], culprit: Operation<I, O>): string | undefined;
}

/** No other member than these matters for what the operation does. A read of 5: from 5; a compare-and-set: from and to. */
export interface Effect<S> {
  /** Legal in this state only; with unknown outcome: without effect in any other. */
  readonly from?: S;
  /** Illegal in this state; not for unknown outcomes. */
  readonly not?: S;
  /** The state after it, whatever was before. With neither this nor `grows` the state stays. */
  readonly to?: S;
  /** Always legal, and the state after it is what `step` makes of the state before: an append. Alone. */
  readonly grows?: true;
}

/** Decides one kind of object exactly in polynomial time, as far as its precondition holds. */
export interface Monitor<I extends Input = Input, O extends Json = Json> {
  readonly name: string;
  /** When it applies, for people: `every value is written once`. */
  readonly precondition: string;
  /**
   * `operations` of one partition in order of invocation, without failed ones. One of unknown outcome (`info`) whose
   * `completedIndex` is finite took effect before then or never; witnesses are made of such, so a monitor that cannot tell
   * exactly what they allow must say that it is inapplicable.
   */
  decide(operations: readonly Operation<I, O>[]): MonitorAnswer;
}

/** Positions refer to the operations given. */
export type MonitorAnswer =
  | { readonly verdict: "valid"; /** A linearization; it is replayed before anybody believes it. */ readonly order: readonly number[] }
  | {
      readonly verdict: "invalid";
      /** Few operations that contradict each other, to start the search for a witness from: as small a set as the monitor can name. */
      readonly suspects: readonly number[];
    }
  | { readonly verdict: "inapplicable"; /** What stands against it, one clause: `value 3 is written twice`. */ readonly why: string };
