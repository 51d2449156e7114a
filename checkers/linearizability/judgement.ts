// From a decision to a verdict with evidence that people can read. For the checker.
import { assert } from "../../harness/errors.ts";
import type { Limits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Evidence, LinearizationStep, ShownOperation, Verdict, VerdictWord } from "../../harness/verdict.ts";
import { countOf, shown } from "../shown.ts";
import { bruteForceLimit, isLinearizableByBruteForce } from "./brute-force.ts";
import type { PartitionDecision } from "./attempt.ts";
import type { Decider, Decision } from "./decision.ts";
import { explainWitness, resultOf, sentenceOf } from "./explanation.ts";
import type { Model } from "./model.ts";
import type { Partition } from "./partition.ts";
import { minimalWitness } from "./witness.ts";
import type { Witness } from "./witness.ts";

/** Id of the property that the checker decides. */
export const linearizabilityProperty = "linearizable";

const maximalStepsShown = 200;

export interface JudgementOptions {
  readonly limits: Limits;
  readonly operationCount: number;
  readonly completedCount: number;
  readonly partitionCount: number;
  readonly showsLinearizations: boolean;
}

/** Writes verdicts about histories of one model. */
export class Judge<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #decider: Decider<S, I, O>;

  constructor(model: Model<S, I, O>, decider: Decider<S, I, O>) {
    this.#model = model;
    this.#decider = decider;
  }

  judge(decision: Decision<I, O>, options: JudgementOptions): Verdict {
    const statistics = statisticsOf(decision, options);
    if (decision.verdict === "invalid") return this.#invalid(decision, options, statistics);
    if (decision.stopped !== undefined) return verdictOf("unknown", this.#whyUnknown(decision.stopped, options), [], statistics);
    // Nothing was answered, so nothing was promised and kept.
    if (options.completedCount === 0) return vacuous(statistics);
    const evidence = options.showsLinearizations ? decision.decided.map((one) => this.#linearization(one)) : [];
    return verdictOf("valid", `${countOf(options.completedCount, "completed operation")} have a legal order that respects real time`, evidence, statistics);
  }

  #invalid(decision: Decision<I, O>, options: JudgementOptions, statistics: Record<string, Json>): Verdict {
    const culprit = decision.decided.at(-1);
    assert(culprit !== undefined, "an invalid decision names its partition");
    const { partition, answer } = culprit;
    assert(answer.verdict === "invalid", "the last decision of an invalid history is the refuted one");
    const { suspects, impossibleAt } = answer;
    const { operations } = partition;
    const witness = minimalWitness({ model: this.#model, decider: this.#decider, operations, suspects, impossibleAt, limits: options.limits });
    const partial = this.#partialLinearization(partition, witness, options.limits);
    const counted = { ...statistics, decidedBy: culprit.decidedBy, because: culprit.because, partition: partition.key };
    if (witness === undefined) {
      const where = partition.key === "" ? "" : ` on ${partition.key}`;
      const why = `no order of the ${partition.operations.length} operations${where} respects real time and the rules of a ${this.#model.name}; the limits ended before a smallest witness was found`;
      return verdictOf("invalid", why, [partial], counted);
    }
    this.#verify(witness);
    const explanation = explainWitness(this.#model, witness);
    const evidence: Evidence = {
      kind: "witness",
      property: linearizabilityProperty,
      explanation,
      operations: witness.operations.map((operation) => this.#shown(operation)),
    };
    return verdictOf("invalid", explanation, [evidence, partial], counted);
  }

  /** The last word has the definition itself: the witness alone must be impossible. */
  #verify({ operations }: Witness<I, O>): void {
    if (operations.length > bruteForceLimit) return;
    assert(!isLinearizableByBruteForce(this.#model, operations), `a witness of ${operations.length} operations has an order after all`);
  }

  #linearization({ partition, answer }: PartitionDecision<I, O>): Evidence {
    assert(answer.verdict === "valid", "only valid partitions have a linearization");
    const { initialState, steps } = this.#steps(partition.operations, answer.order);
    return { kind: "linearization", partition: partition.key, initialState, steps };
  }

  /** How far the best attempt came, in the history as it stood when it became impossible. */
  #partialLinearization(partition: Partition<I, O>, witness: Witness<I, O> | undefined, limits: Limits): Evidence {
    const operations = witness?.prefix ?? partition.operations;
    const order = this.#decider.longestPartial(operations, limits);
    const { initialState, steps } = this.#steps(operations, order);
    return { kind: "partial-linearization", partition: partition.key, initialState, steps: steps.slice(), stuckAt: this.#stuckAt(operations, order) };
  }

  /** The completed operations that might have come next, and none could. */
  #stuckAt(operations: readonly Operation<I, O>[], order: readonly number[]): ShownOperation[] {
    const done = new Set(order);
    const missing = operations.filter((operation, position) => !done.has(position) && operation.type === "ok");
    let firstCompletion = Infinity;
    for (const { completedIndex } of missing) firstCompletion = Math.min(firstCompletion, completedIndex);
    return missing.filter((operation) => operation.invokedIndex <= firstCompletion).map((operation) => this.#shown(operation));
  }

  /** The last steps of an order; the state before them is called initial, and says so. */
  #steps(operations: readonly Operation<I, O>[], order: readonly number[]): { readonly initialState: string; readonly steps: readonly LinearizationStep[] } {
    const skipped = Math.max(0, order.length - maximalStepsShown);
    const steps: LinearizationStep[] = [];
    let state = this.#model.initial;
    let initialState = this.#model.describeState(state);
    for (const [index, position] of order.entries()) {
      const operation = operations[position];
      assert(operation !== undefined, "an order names operations");
      const next = this.#model.step(state, operation.input, operation.type === "ok" ? operation.output : undefined);
      assert(next !== undefined, "an order takes legal steps");
      state = next;
      if (index === skipped - 1) initialState = `${this.#model.describeState(state)} (after the first ${skipped} operations)`;
      if (index >= skipped) steps.push({ operation: operation.id, text: sentenceOf(this.#model, operation), stateAfter: this.#model.describeState(state) });
    }
    return { initialState, steps };
  }

  #shown(operation: Operation<I, O>): ShownOperation {
    return shown(operation, { text: this.#model.describeOperation(operation.input), result: resultOf(this.#model, operation) });
  }

  #whyUnknown({ reason, attempt }: NonNullable<Decision<I, O>["stopped"]>, { partitionCount }: JudgementOptions): string {
    const { partition, statistics, because } = attempt;
    const indeterminate = partition.operations.filter((operation) => operation.type === "info").length;
    const where = partition.key === "" ? "the history" : `partition ${partition.key} (one of ${partitionCount})`;
    const size = `${countOf(partition.operations.length, "operation")}, ${indeterminate} of unknown outcome`;
    if (reason === "inapplicable") return `${where} with ${size}, was not decided: ${because}; allow the searches too`;
    const effort = `${countOf(statistics.configurations, "configuration")}, ${statistics.deepest} operations deep`;
    return `${where} with ${size}, was not decided: ${whatEnded[reason]} after ${effort}; ${wayOut[reason]}`;
  }
}

type StoppedBy = Exclude<NonNullable<Decision<Input, Json>["stopped"]>["reason"], "inapplicable">;

const whatEnded: Readonly<Record<StoppedBy, string>> = {
  steps: "the step limit was reached",
  time: "the time limit was reached",
  memory: "the memory limit was reached",
  interrupted: "it was interrupted",
};

const wayOut: Readonly<Record<StoppedBy, string>> = {
  steps: "allow more steps, or use fewer clients or distinct values",
  time: "allow more time, or use fewer clients or distinct values",
  memory: "allow more memory, or use fewer clients or distinct values",
  interrupted: "check the history again",
};

function statisticsOf<I extends Input, O extends Json>(decision: Decision<I, O>, options: JudgementOptions): Record<string, Json> {
  let [configurations, deepest, memoryBytes] = [0, 0, 0];
  const counts: Record<string, number> = {};
  for (const { statistics, decidedBy } of decision.stopped === undefined ? decision.decided : [...decision.decided, decision.stopped.attempt]) {
    configurations += statistics.configurations;
    deepest = Math.max(deepest, statistics.deepest);
    memoryBytes = Math.max(memoryBytes, statistics.memoryBytes);
    counts[decidedBy] = (counts[decidedBy] ?? 0) + 1;
  }
  return {
    operations: options.operationCount,
    completed: options.completedCount,
    partitions: options.partitionCount,
    partitionsDecided: decision.decided.length,
    algorithms: counts,
    steps: decision.steps,
    configurations,
    deepest,
    memoryBytes,
  };
}

function verdictOf(verdict: VerdictWord, why: string, evidence: readonly Evidence[], statistics: Record<string, Json>): Verdict {
  return { verdict, why, claims: [{ id: linearizabilityProperty, verdict, why, evidence: evidence.map((_, index) => index) }], evidence, statistics };
}

function vacuous(statistics: Record<string, Json>): Verdict {
  const why = "no operation was completed, so nothing was tested";
  return { verdict: "unknown", why, claims: [{ id: linearizabilityProperty, verdict: "not-exercised", why, evidence: [] }], evidence: [], statistics };
}
