// Decides the partitions of a history fairly: each gets a small budget first, the unfinished ones four times as much, and
// again. One hopeless object cannot hide the violation of another, and the first violation ends the work.
import type { Limits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { Attempts } from "./attempt.ts";
import type { Algorithm, PartitionDecision } from "./attempt.ts";
import type { Model } from "./model.ts";
import { relevantOperations } from "./partition.ts";
import type { Partition } from "./partition.ts";
import type { SearchAnswer, SearchStop } from "./search/search.ts";

export interface Decision<I extends Input, O extends Json> {
  readonly verdict: "valid" | "invalid" | "unknown";
  /** The partitions that were finished; when `invalid`, the last one is the culprit. */
  readonly decided: readonly PartitionDecision<I, O>[];
  /** When `unknown`, an attempt that ran into a limit. */
  readonly stopped: { readonly reason: Exclude<SearchStop, "budget">; readonly attempt: PartitionDecision<I, O> } | undefined;
  readonly steps: number;
}

/** Which rounds to go through. */
export interface Rounds<I extends Input, O extends Json> {
  readonly from: number;
  /** The first round that is not gone through. */
  readonly to: number;
  /** Told before every attempt, so that one that never ends has a name. */
  onAttempt?(partition: Partition<I, O>, round: number): void;
}

export interface RoundsDecision<I extends Input, O extends Json> extends Decision<I, O> {
  /** Those that need further rounds, in the order in which they should get them; empty when a violation or a limit ended all. */
  readonly undecided: readonly Partition<I, O>[];
}

/** Decides again and again with the same buffers. */
export class Decider<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #attempts: Attempts<S, I, O>;

  constructor(model: Model<S, I, O>, algorithm: Algorithm = "auto") {
    this.#model = model;
    this.#attempts = new Attempts(model, algorithm);
  }

  decide(partitions: readonly Partition<I, O>[], limits: Limits): Decision<I, O> {
    return this.decideRounds(partitions, limits, { from: 0, to: Infinity });
  }

  /** Some of the rounds of `decide`, for those who share the partitions out. With `from` 0 they are sorted after the first round. */
  decideRounds(partitions: readonly Partition<I, O>[], limits: Limits, rounds: Rounds<I, O>): RoundsDecision<I, O> {
    const decided: PartitionDecision<I, O>[] = [];
    let stopped: Decision<I, O>["stopped"];
    let steps = 0;
    let waiting: readonly Partition<I, O>[] = partitions;
    for (let round = rounds.from; round < rounds.to && waiting.length > 0; round++) {
      const unfinished: Partition<I, O>[] = [];
      for (const partition of waiting) {
        rounds.onAttempt?.(partition, round);
        const attempt = this.#attempts.attempt(partition, round, limits);
        steps += attempt.statistics.steps;
        const { answer } = attempt;
        if (answer.verdict === "invalid") return { verdict: "invalid", decided: [...decided, attempt], stopped: undefined, steps, undecided: [] };
        if (answer.verdict === "valid") decided.push(attempt);
        else if (answer.reason === "budget") unfinished.push(partition);
        else {
          stopped = { reason: answer.reason, attempt };
          if (endsAll(answer.reason)) return { verdict: "unknown", decided, stopped, steps, undecided: [] };
        }
      }
      waiting = round === 0 ? unfinished.toSorted((one, other) => one.operations.length - other.operations.length) : unfinished;
    }
    return { verdict: stopped === undefined && waiting.length === 0 ? "valid" : "unknown", decided, stopped, steps, undecided: waiting };
  }

  /** A few rounds on some operations of one object, for those who take histories apart. Positions refer to `operations`. */
  decideSome(
    operations: readonly Operation<I, O>[],
    limits: Limits,
    rounds: number,
  ): { readonly answer: SearchAnswer; readonly operations: readonly Operation<I, O>[] } {
    const partition = { key: "", operations: relevantOperations(this.#model, operations) };
    let answer: SearchAnswer = { verdict: "unknown", reason: "budget" };
    for (let round = 0; round < rounds && answer.verdict === "unknown" && answer.reason === "budget"; round++)
      answer = this.#attempts.attempt(partition, round, limits).answer;
    return { answer, operations: partition.operations };
  }

  /** The operation whose completion made a refuted history impossible (its position), if that can be said quickly. */
  firstImpossible(operations: readonly Operation<I, O>[], limits: Limits): number | undefined {
    return this.#attempts.firstImpossible(operations, limits);
  }

  /** The longest partial linearization that one round of search finds: positions of the operations given. */
  longestPartial(operations: readonly Operation<I, O>[], limits: Limits): number[] {
    return this.#attempts.longestPartial(operations, limits);
  }
}

/** Memory is given back when an attempt ends, so the other partitions may still be decided; the rest holds for all. */
function endsAll(reason: SearchStop): boolean {
  return reason !== "memory" && reason !== "inapplicable";
}
