// How one partition is decided: which algorithm may try how long, in which order. The portfolio.
//
// Most partitions of most histories fall to a few steps of search. Of those that do not, the monitors of the model decide
// in polynomial time what is theirs. What remains is exponential, and then depth-first and breadth-first search take
// turns: the one is quick where a lucky order exists, the other where there is none, and nobody knows beforehand.
import { assert } from "../../harness/errors.ts";
import type { Limits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { faultOfLinearization } from "./certificate.ts";
import { JustInTimeSearch } from "./just-in-time/just-in-time-search.ts";
import type { Model } from "./model.ts";
import type { Partition } from "./partition.ts";
import { ReducedSearch } from "./search/reduced-search.ts";
import type { SearchAnswer, SearchBudget, SearchStatistics } from "./search/search.ts";

/**
 * `auto`: a short search, then the model's monitors, then the searches in turn. The others are for comparisons: only the
 * depth-first search, only the just-in-time search, only the monitors (`unknown` where none applies).
 */
export type Algorithm = "auto" | "search" | "jit" | "monitor";

/** How one partition was decided, or how far the attempt came. */
export interface PartitionDecision<I extends Input, O extends Json> {
  readonly partition: Partition<I, O>;
  readonly answer: SearchAnswer;
  /** `depth-first search`, `just-in-time search`, or the name of a monitor. */
  readonly decidedBy: string;
  /** Why that one, a clause: the precondition that held, or what stood against the monitors. */
  readonly because: string;
  readonly statistics: SearchStatistics;
}

const firstBudget = 256;
const firstBudgetPerOperation = 4;
/** Above so many operations a monitor is asked before the search: its cost is certain. */
const monitorFirst = 256;
/** Of every search in round 1; four times as much in every round after. */
const secondBudget = 20_000;
const budgetFactor = 4;

/** Of the breadth-first search when it looks for the first impossible moment: it reads the history once, from left to right. */
const stepsPerOperation = 64;

const depthFirst = "depth-first search";
const justInTime = "just-in-time search";
type SearchName = typeof depthFirst | typeof justInTime;
const nothingDone: SearchStatistics = { steps: 0, configurations: 0, deepest: 0, memoryBytes: 0 };

/** What is known of a partition that is hard to decide. */
interface Obstacle {
  /** Why no monitor decides it. */
  unmonitored: string | undefined;
  /** Searches that ran out of memory on it: more steps would not help them. */
  readonly exhausted: Set<SearchName>;
}

/** Attempts on any number of partitions of one model, with the same buffers. */
export class Attempts<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #algorithm: Algorithm;
  readonly #depthFirst: ReducedSearch<S, I, O>;
  readonly #justInTime: JustInTimeSearch<S, I, O>;
  readonly #obstacles = new WeakMap<Partition<I, O>, Obstacle>();

  constructor(model: Model<S, I, O>, algorithm: Algorithm) {
    this.#model = model;
    this.#algorithm = algorithm;
    this.#depthFirst = new ReducedSearch(model);
    this.#justInTime = new JustInTimeSearch(model);
  }

  /** One round on one partition: 0 is short, each after 1 has four times the budget of the one before. */
  attempt(partition: Partition<I, O>, round: number, limits: Limits): PartitionDecision<I, O> {
    const { operations } = partition;
    const isMonitored = this.#algorithm === "monitor" || (this.#algorithm === "auto" && (round > 0 || operations.length > monitorFirst));
    if (isMonitored && this.#obstacles.get(partition)?.unmonitored === undefined) {
      const decided = this.#monitor(partition);
      if (decided !== undefined) {
        // What is decided stays decided; but those who ask again and again are to notice when the limits are used up.
        limits.spend(operations.length);
        return decided;
      }
    }
    const because = this.#obstacles.get(partition)?.unmonitored ?? (this.#algorithm === "auto" ? "a short search was enough" : "it was asked for");
    if (this.#algorithm === "monitor")
      return { partition, answer: { verdict: "unknown", reason: "inapplicable" }, decidedBy: "monitor", because, statistics: nothingDone };
    const maxSteps = round === 0 ? firstBudget + firstBudgetPerOperation * operations.length : secondBudget * budgetFactor ** (round - 1);
    return { partition, because, ...this.#search(partition, { maxSteps, limits }, round) };
  }

  /** The searches of this round one after the other, until one answers. */
  #search(partition: Partition<I, O>, budget: SearchBudget, round: number): Pick<PartitionDecision<I, O>, "answer" | "decidedBy" | "statistics"> {
    let statistics = nothingDone;
    let answer: SearchAnswer = { verdict: "unknown", reason: "memory" };
    let decidedBy: SearchName = this.#algorithm === "jit" ? justInTime : depthFirst;
    for (const name of this.#searchesOf(round)) {
      const exhausted = this.#obstacles.get(partition)?.exhausted;
      if (exhausted?.has(name) === true) continue;
      const search = name === depthFirst ? this.#depthFirst : this.#justInTime;
      const next = search.run(partition.operations, budget, { withClasses: round > 0 });
      statistics = added(statistics, search.statistics);
      this.#replay(partition, next, name);
      const isOutOfMemory = next.verdict === "unknown" && next.reason === "memory";
      if (isOutOfMemory) this.#obstacle(partition).exhausted.add(name);
      // One that has memory left may go on in the next round.
      if (isOutOfMemory && answer.verdict === "unknown" && answer.reason === "budget") continue;
      [answer, decidedBy] = [next, name];
      if (!isOutOfMemory && !(next.verdict === "unknown" && next.reason === "budget")) break;
    }
    return { answer, decidedBy, statistics };
  }

  #searchesOf(round: number): readonly SearchName[] {
    if (this.#algorithm === "jit") return [justInTime];
    return this.#algorithm === "search" || round === 0 ? [depthFirst] : [depthFirst, justInTime];
  }

  #obstacle(partition: Partition<I, O>): Obstacle {
    let obstacle = this.#obstacles.get(partition);
    if (obstacle === undefined) this.#obstacles.set(partition, (obstacle = { unmonitored: undefined, exhausted: new Set() }));
    return obstacle;
  }

  /** The operation whose completion made a refuted history impossible (its position), if the breadth-first search can say so in one round. */
  firstImpossible(operations: readonly Operation<I, O>[], limits: Limits): number | undefined {
    const answer = this.#justInTime.run(operations, { maxSteps: secondBudget + operations.length * stepsPerOperation, limits }, { withClasses: true });
    return answer.verdict === "invalid" ? answer.impossibleAt : undefined;
  }

  /** The longest partial linearization that one round of search finds: positions of the operations given. */
  longestPartial(operations: readonly Operation<I, O>[], limits: Limits): number[] {
    this.#depthFirst.run(operations, { maxSteps: secondBudget, limits }, { withClasses: true, looksAhead: false });
    return this.#depthFirst.longestPartial;
  }

  #monitor(partition: Partition<I, O>): PartitionDecision<I, O> | undefined {
    const reasons: string[] = [];
    for (const monitor of this.#model.monitors ?? []) {
      const answer = monitor.decide(partition.operations);
      if (answer.verdict === "inapplicable") {
        reasons.push(`${monitor.name} does not apply: ${answer.why}`);
        continue;
      }
      this.#replay(partition, answer, monitor.name);
      const count = partition.operations.length;
      const statistics = { steps: count, configurations: 0, deepest: count, memoryBytes: 0 };
      return { partition, answer, decidedBy: monitor.name, because: monitor.precondition, statistics };
    }
    this.#obstacle(partition).unmonitored = reasons.length === 0 ? `there is no monitor for a ${this.#model.name}` : reasons.join("; ");
    return undefined;
  }

  /** Nobody hears of a linearization before it has been replayed. */
  #replay({ key, operations }: Partition<I, O>, answer: SearchAnswer, by: string): void {
    if (answer.verdict !== "valid") return;
    const fault = faultOfLinearization(this.#model, operations, answer.order);
    assert(fault === undefined, `the linearization of ${by} for "${key}" does not hold: ${fault ?? ""}`);
  }
}

function added(one: SearchStatistics, other: SearchStatistics): SearchStatistics {
  return {
    steps: one.steps + other.steps,
    configurations: one.configurations + other.configurations,
    deepest: Math.max(one.deepest, other.deepest),
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
  };
}
