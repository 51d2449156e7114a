// Decides counters whose adds are all of one amount, in O(n log n). For counters under many clients.
//
// With equal adds the value is the number of adds so far. A read of v says: step v before my end, step v + 1 after my
// start. An add that answered v says the same as a read of v - 1 and one of v, and that it is step v itself. That gives
// every step a first and a last moment, and given steps in these limits every read has a place between its two. It remains
// to deal the adds to the steps, see counter-slots.ts:
// - every step up to the largest value seen needs an add, which may be of unknown outcome;
// - every completed add that ends before the last observer begins must be among these; all others may come after.
// Each of the two can be tested alone, for where both can be had, both can be had at once. Among the adds that may come
// after, those that end first are dealt first, so that none is left that is over before a dealt one began.
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { CounterInput, CounterOutput } from "../../models/counter-operation.ts";
import { combined, dealt, startOf } from "./counter-slots.ts";
import type { Adds, Steps } from "./counter-slots.ts";
import { overdueAdds, scarceAdds } from "./counter-suspects.ts";
import { placesInOrder } from "../moments.ts";
import { woven } from "../slots.ts";

type CounterOperation = Operation<CounterInput, CounterOutput>;

/** Exact with operations of unknown outcome, maybes included. */
export const counterDeadlines: Monitor<CounterInput, CounterOutput> = {
  name: "counter deadlines",
  precondition: "every add is of the same amount",
  decide(operations) {
    const amount = amountOf(operations);
    return typeof amount === "string" ? { verdict: "inapplicable", why: amount } : new Deadlines(operations, amount).decide();
  },
};

/** The one amount, or why there is none that can be counted with. */
function amountOf(operations: readonly CounterOperation[]): number | string {
  let amount: number | undefined;
  let count = 0;
  for (const { input, output, type } of operations) {
    if (type === "ok" && (output === undefined || (output === null && input.f === "read"))) return "an answer is missing";
    if (input.f === "read") continue;
    amount ??= input.amount;
    if (input.amount !== amount) return `there are adds of ${amount} and of ${input.amount}`;
    count++;
  }
  if (amount === 0) return "there are adds of 0";
  return Number.isSafeInteger((amount ?? 1) * count) ? (amount ?? 1) : "the amounts are not small whole numbers";
}

class Deadlines {
  readonly #operations: readonly CounterOperation[];
  readonly #amount: number;
  readonly #adds: Adds;
  readonly #addCount: number;
  /** By position: the step that an observer saw last, -1 for other operations. */
  readonly #seen: Int32Array;

  constructor(operations: readonly CounterOperation[], amount: number) {
    this.#operations = operations;
    this.#amount = amount;
    const ends = Float64Array.from(operations, ({ completedIndex }) => completedIndex);
    const byEnd = placesInOrder(ends);
    const ranks = new Int32Array(operations.length);
    for (let rank = 0; rank < byEnd.length; rank++) ranks[byEnd[rank]!] = rank; // in bounds
    this.#adds = { starts: Float64Array.from(operations, ({ invokedIndex }) => invokedIndex), ends, ranks, byEnd };
    this.#addCount = operations.reduce((count, { input }) => count + Number(input.f === "add"), 0);
    this.#seen = new Int32Array(operations.length).fill(-1);
  }

  decide(): MonitorAnswer {
    const senseless = this.#observe();
    if (senseless !== undefined) return { verdict: "invalid", suspects: [senseless] };
    const steps = this.#steps();
    if (!("fixed" in steps)) return { verdict: "invalid", suspects: steps };
    const { free, mandatory } = this.#shares(steps);
    const full = dealt(this.#adds, steps, free);
    if (full.emptyStep > 0) return { verdict: "invalid", suspects: scarceAdds(this.#adds, steps, { isAdd: this.#isAdd, step: full.emptyStep }) };
    if (includes(full.dealt, mandatory)) return { verdict: "valid", order: this.#order(full.dealt) };
    const must = dealt(this.#adds, steps, mandatory);
    if (!includes(must.dealt, mandatory)) return { verdict: "invalid", suspects: overdueAdds(this.#adds, steps, { mandatory, dealt: must.dealt }) };
    const chosen = combined(full.dealt, must.dealt, mandatory);
    return { verdict: "valid", order: this.#order(dealt(this.#adds, steps, this.#chosen(steps, free, chosen)).dealt) };
  }

  readonly #isAdd = (position: number): boolean => this.#operations[position]?.input.f === "add";

  /** Notes what the observers saw; answers one that saw what no number of adds can make. */
  #observe(): number | undefined {
    for (const [position, { input, output, type }] of this.#operations.entries()) {
      if (type !== "ok" || typeof output !== "number") continue;
      const step = output / this.#amount;
      if (!Number.isInteger(step) || step < Number(input.f === "add") || step > this.#addCount) return position;
      this.#seen[position] = step;
    }
    return undefined;
  }

  /** The limits of the steps, or two observers that contradict each other. */
  #steps(): Steps | readonly number[] {
    const count = this.#seen.reduce((most, step) => Math.max(most, step), 0);
    const fixed = new Int32Array(count + 1).fill(-1);
    const [notBefore, notAfter] = [new Int32Array(count + 2).fill(-1), new Int32Array(count + 1).fill(-1)];
    // Non-null here and below: steps are at most `count`, positions are in bounds.
    for (let position = 0; position < this.#seen.length; position++) {
      const step = this.#seen[position]!;
      if (step === -1) continue;
      const isAdd = this.#isAdd(position);
      if (isAdd && fixed[step] !== -1) return [fixed[step]!, position];
      if (isAdd) fixed[step] = position;
      // Positions are in order of start: the last one wins.
      notBefore[isAdd ? step : step + 1] = position;
      if (!(this.#endOf(notAfter[step]!) <= this.#endOf(position))) notAfter[step] = position;
    }
    for (let step = 1; step <= count + 1; step++) notBefore[step] = Math.max(notBefore[step]!, notBefore[step - 1]!);
    for (let step = count - 1; step >= 0; step--) if (!(this.#endOf(notAfter[step]!) <= this.#endOf(notAfter[step + 1]!))) notAfter[step] = notAfter[step + 1]!;
    const steps = { notBefore, notAfter, fixed, count };
    for (let step = 1; step <= count; step++) if (startOf(this.#adds, steps, step) > this.#endOf(notAfter[step]!)) return [notAfter[step]!, notBefore[step]!];
    return steps;
  }

  #endOf(position: number): number {
    return this.#adds.ends[position] ?? Number.NaN;
  }

  /** The adds that may make any step, and those of them that must make one. */
  #shares(steps: Steps): { readonly free: Uint8Array; readonly mandatory: Uint8Array } {
    const [free, mandatory] = [new Uint8Array(this.#seen.length), new Uint8Array(this.#seen.length)];
    const last = startOf(this.#adds, steps, steps.count + 1);
    for (const [position, { type, completedIndex }] of this.#operations.entries()) {
      if (!this.#isAdd(position) || this.#seen[position] !== -1) continue;
      free[position] = 1;
      if (type === "ok" && completedIndex < last) mandatory[position] = 1;
    }
    return { free, mandatory };
  }

  /** Of the adds that are over when the last observer begins only the chosen ones: then earliest end first deals all of them. */
  #chosen(steps: Steps, free: Uint8Array, chosen: Int32Array): Uint8Array {
    const included = new Uint8Array(free.length);
    const last = startOf(this.#adds, steps, steps.count + 1);
    for (let position = 0; position < free.length; position++) if (free[position] === 1 && !(this.#endOf(position) < last)) included[position] = 1;
    for (const position of chosen) if (position !== -1 && free[position] === 1) included[position] = 1;
    return included;
  }

  /** Steps with their readers after them, in order of start; then the adds that nobody saw. */
  #order(dealt: Int32Array): number[] {
    const slots = new Int32Array(this.#seen.length).fill(-1);
    const isDealt = new Uint8Array(this.#seen.length);
    for (const position of dealt) if (position !== -1) isDealt[position] = 1;
    const unseen: number[] = [];
    for (const [position, { type }] of this.#operations.entries()) {
      if (type !== "ok" || isDealt[position] === 1) continue;
      if (this.#isAdd(position)) unseen.push(position);
      else slots[position] = this.#seen[position]!; // in bounds
    }
    return [...woven(Array.from(dealt.subarray(1)), slots), ...unseen];
  }
}

function includes(dealt: Int32Array, mandatory: Uint8Array): boolean {
  let missing = mandatory.reduce((count, mark) => count + mark, 0);
  for (const position of dealt) if (position !== -1) missing -= mandatory[position] ?? 0;
  return missing === 0;
}
