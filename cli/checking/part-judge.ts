// From decisions to an answer that crosses threads: everything is text, everything is bounded. For the threads of a check.
import type { Limits } from "../../harness/checker.ts";
import { assert } from "../../harness/errors.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Verdict } from "../../harness/verdict.ts";
import type { PartitionDecision } from "../../checkers/linearizability/attempt.ts";
import type { Decider, Decision } from "../../checkers/linearizability/decision.ts";
import { Judge } from "../../checkers/linearizability/judgement.ts";
import type { Model } from "../../checkers/linearizability/model.ts";
import type { Partition } from "../../checkers/linearizability/partition.ts";
import { linearizationOf, maximalPartitionsListed, maximalStepsListed } from "./linearization.ts";
import type { Decided, Part, PartitionLinearization, Stopped, ThreadNote, Violation, WitnessOperation } from "./part.ts";
import { monotonicMs } from "./thread-limits.ts";

export interface PartJudgeOptions<S, I extends Input, O extends Json> {
  readonly model: Model<S, I, O>;
  readonly decider: Decider<S, I, O>;
  readonly limits: Limits;
  /** Of the whole history. */
  readonly partitionCount: number;
  /** Position of a partition in the history. */
  indexOf(partition: Partition<I, O>): number;
  readonly note: (note: ThreadNote) => void;
}

export class PartJudge<S, I extends Input, O extends Json> {
  readonly #options: PartJudgeOptions<S, I, O>;
  readonly #judge: Judge<S, I, O>;

  constructor(options: PartJudgeOptions<S, I, O>) {
    this.#options = options;
    this.#judge = new Judge(options.model, options.decider);
  }

  /** What came of these decisions; the last one is the culprit if it is `invalid`. */
  part(decisions: readonly Decision<I, O>[]): Part {
    const invalid = decisions.find(({ verdict }) => verdict === "invalid");
    const decided = decisions.flatMap((decision) => decision.decided);
    const stopped = decisions.flatMap((decision) => decision.stopped ?? []);
    const attempts = [...decided, ...stopped.map(({ attempt }) => attempt)];
    return {
      violation: invalid === undefined ? undefined : this.#violation(invalid),
      decided: groups(decided.filter(({ answer }) => answer.verdict === "valid")),
      stopped: stopped.map((one) => this.#stopped(one)),
      linearizations: invalid === undefined && stopped.length === 0 ? this.#linearizations(decided) : [],
      steps: decisions.reduce((sum, { steps }) => sum + steps, 0),
      configurations: attempts.reduce((sum, { statistics }) => sum + statistics.configurations, 0),
      deepest: attempts.reduce((most, { statistics }) => Math.max(most, statistics.deepest), 0),
      finishedAtMs: monotonicMs(),
    };
  }

  /** First the violation as such, so that it is not lost if the search for its witness has to be ended. */
  #violation(decision: Decision<I, O>): Violation {
    const culprit = decision.decided.at(-1);
    assert(culprit !== undefined, "an invalid decision names its partition");
    const { partition, decidedBy, because } = culprit;
    const shared = { partition: partition.key, by: decidedBy, because };
    const where = partition.key === "" ? "" : ` on ${partition.key}`;
    const why = `no order of the ${partition.operations.length} operations${where} respects real time and the rules of a ${this.#options.model.name}`;
    this.#options.note({ kind: "refuted", violation: { ...shared, why, witness: null } });
    const verdict = this.#verdict(decision, partition);
    return { ...shared, why: verdict.why, witness: witnessOf(verdict, partition.operations) };
  }

  #stopped(stopped: NonNullable<Decision<I, O>["stopped"]>): Stopped {
    const { attempt, reason } = stopped;
    const { why } = this.#verdict({ verdict: "unknown", decided: [], stopped, steps: 0 }, attempt.partition);
    return { reason, by: attempt.decidedBy, why };
  }

  #verdict(decision: Decision<I, O>, { operations }: Partition<I, O>): Verdict {
    const { limits, partitionCount } = this.#options;
    const completedCount = operations.reduce((count, { type }) => count + Number(type === "ok"), 0);
    return this.#judge.judge(decision, { limits, partitionCount, operationCount: operations.length, completedCount, showsLinearizations: false });
  }

  #linearizations(decided: readonly PartitionDecision<I, O>[]): PartitionLinearization[] {
    const listed: PartitionLinearization[] = [];
    let room = maximalStepsListed;
    for (const { partition, answer } of decided.slice(0, maximalPartitionsListed)) {
      assert(answer.verdict === "valid", "a decision that is not invalid is valid");
      const linearization = linearizationOf(this.#options.model, partition.operations, { order: answer.order, maximalSteps: room });
      room -= linearization.steps.length;
      listed.push({ index: this.#options.indexOf(partition), partition: partition.key, ...linearization });
    }
    return listed;
  }
}

function groups(decided: readonly { readonly decidedBy: string; readonly because: string }[]): Decided[] {
  const counts = new Map<string, { by: string; because: string; count: number }>();
  for (const { decidedBy, because } of decided) {
    const group = counts.get(`${decidedBy}: ${because}`);
    if (group === undefined) counts.set(`${decidedBy}: ${because}`, { by: decidedBy, because, count: 1 });
    else group.count++;
  }
  return [...counts.values()];
}

/** Positions are not part of evidence, so the operations are looked up by their ids. */
function witnessOf<I extends Input, O extends Json>({ evidence }: Verdict, operations: readonly Operation<I, O>[]): WitnessOperation[] | null {
  const witness = evidence.find((each) => each.kind === "witness");
  if (witness === undefined) return null;
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  return witness.operations.map(({ id, process, text, result, node }) => {
    const operation = byId.get(id);
    assert(operation !== undefined, "a witness is taken from its partition");
    const completed = Number.isFinite(operation.completedIndex) ? operation.completedIndex : null;
    return { process, text, result, invoked: operation.invokedIndex, completed, ...(node === undefined ? {} : { node }) };
  });
}
