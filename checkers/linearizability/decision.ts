// Decides the partitions of a history fairly: each gets a small budget first, the unfinished ones four times as much, and
// again. One hopeless object cannot hide the violation of another, and the first violation ends the work.
import { assert } from "../../harness/errors.ts";
import type { Limits, StopReason } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { faultOfLinearization } from "./certificate.ts";
import type { Model } from "./model.ts";
import { relevantOperations } from "./partition.ts";
import type { Partition } from "./partition.ts";
import { ReducedSearch } from "./reduced-search.ts";
import type { SearchAnswer, SearchStatistics } from "./search.ts";

/** How one partition was decided, or how far the attempt came. */
export interface PartitionDecision<I extends Input, O extends Json> {
  readonly partition: Partition<I, O>;
  readonly answer: SearchAnswer;
  /** `search`, or the name of a monitor. */
  readonly decidedBy: string;
  readonly statistics: SearchStatistics;
}

export interface Decision<I extends Input, O extends Json> {
  readonly verdict: "valid" | "invalid" | "unknown";
  /** The partitions that were finished; when `invalid`, the last one is the culprit. */
  readonly decided: readonly PartitionDecision<I, O>[];
  /** When `unknown`, the attempt that ran into the limit. */
  readonly stopped: { readonly reason: StopReason; readonly attempt: PartitionDecision<I, O> } | undefined;
  readonly steps: number;
}

const firstBudget = 256;
const firstBudgetPerOperation = 4;
/** Above so many operations a monitor is asked before the search: its cost is certain. */
const monitorFirst = 256;
const secondBudget = 20_000;
const budgetFactor = 4;

/** Decides again and again with the same buffers. */
export class Decider<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #search: ReducedSearch<S, I, O>;

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#search = new ReducedSearch(model);
  }

  decide(partitions: readonly Partition<I, O>[], limits: Limits): Decision<I, O> {
    const decided: PartitionDecision<I, O>[] = [];
    let steps = 0;
    let waiting: readonly Partition<I, O>[] = partitions;
    for (let round = 0; waiting.length > 0; round++) {
      const unfinished: Partition<I, O>[] = [];
      for (const partition of waiting) {
        const attempt = this.#attempt(partition, round, limits);
        steps += attempt.statistics.steps;
        const { answer } = attempt;
        if (answer.verdict !== "unknown") decided.push(attempt);
        else if (answer.reason === "budget") unfinished.push(partition);
        else return { verdict: "unknown", decided, stopped: { reason: answer.reason, attempt }, steps };
        if (answer.verdict === "invalid") return { verdict: "invalid", decided, stopped: undefined, steps };
      }
      waiting = round === 0 ? unfinished.toSorted((one, other) => one.operations.length - other.operations.length) : unfinished;
    }
    return { verdict: "valid", decided, stopped: undefined, steps };
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
      answer = this.#attempt(partition, round, limits).answer;
    return { answer, operations: partition.operations };
  }

  /** The longest partial linearization that one round of search finds: positions of the operations given. */
  longestPartial(operations: readonly Operation<I, O>[], limits: Limits): number[] {
    this.#search.run(operations, { maxSteps: secondBudget, limits }, { withClasses: true });
    return this.#search.longestPartial;
  }

  #attempt(partition: Partition<I, O>, round: number, limits: Limits): PartitionDecision<I, O> {
    const { operations } = partition;
    const isLarge = operations.length > monitorFirst;
    const monitored = round === (isLarge ? 0 : 1) ? this.#monitor(partition) : undefined;
    if (monitored !== undefined) return monitored;
    const maxSteps = round === 0 ? firstBudget + firstBudgetPerOperation * operations.length : secondBudget * budgetFactor ** (round - 1);
    const answer = this.#search.run(operations, { maxSteps, limits }, { withClasses: round > 0 });
    if (answer.verdict === "valid") this.#replay(partition, answer.order, "search");
    return { partition, answer, decidedBy: "search", statistics: this.#search.statistics };
  }

  #monitor(partition: Partition<I, O>): PartitionDecision<I, O> | undefined {
    for (const monitor of this.#model.monitors ?? []) {
      const answer = monitor.decide(partition.operations);
      if (answer === undefined) continue;
      if (answer.verdict === "valid") this.#replay(partition, answer.order, monitor.name);
      const count = partition.operations.length;
      return { partition, answer, decidedBy: monitor.name, statistics: { steps: count, configurations: 0, deepest: count, memoryBytes: 0 } };
    }
    return undefined;
  }

  #replay(partition: Partition<I, O>, order: readonly number[], by: string): void {
    const fault = faultOfLinearization(this.#model, partition.operations, order);
    assert(fault === undefined, `the linearization of ${by} for "${partition.key}" does not hold: ${fault ?? ""}`);
  }
}
