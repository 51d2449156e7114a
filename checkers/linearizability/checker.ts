// The linearizability checker: a model in, a Checker out. For workloads.
import type { Checker, Limits } from "../../harness/checker.ts";
import type { History } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Verdict } from "../../harness/verdict.ts";
import type { Algorithm } from "./attempt.ts";
import { Decider } from "./decision.ts";
import { Judge, linearizabilityProperty } from "./judgement.ts";
import type { Model } from "./model.ts";
import { OnlineLinearizability } from "./online.ts";
import { partitionsOf } from "./partition.ts";

export interface LinearizableOptions {
  /** Put the linearization of every partition into the evidence of a valid history. Default: it is only replayed. */
  readonly showsLinearizations?: boolean;
  /** Default: auto. */
  readonly algorithm?: Algorithm;
}

/**
 * Every operation seems to take effect at one instant between its invocation and its completion (Herlihy and Wing 1990).
 * Exact: never a wrong word. Every `valid` stands for a linearization that was replayed, every `invalid` comes with a
 * witness that cannot be made smaller; hard histories cost exponential time, and then the limits answer `unknown`.
 */
export function linearizable<S, I extends Input, O extends Json>(model: Model<S, I, O>, options: LinearizableOptions = {}): Checker<I, O> {
  const decider = new Decider(model, options.algorithm);
  const judge = new Judge(model, decider);
  const showsLinearizations = options.showsLinearizations ?? false;
  return {
    name: `linearizable ${model.name}`,
    properties: [{ id: linearizabilityProperty, text: `Every operation on the ${model.name} takes effect at one instant between its call and its answer.` }],
    check(history, limits) {
      const { operations } = history;
      const partitions = partitionsOf(model, operations);
      const decision = decider.decide(partitions, limits);
      let completedCount = 0;
      for (const { type } of operations) if (type === "ok") completedCount++;
      return judge.judge(decision, { limits, operationCount: operations.length, completedCount, partitionCount: partitions.length, showsLinearizations });
    },
    online: () => new OnlineLinearizability(model),
    ...(model.partitionKey === undefined
      ? {}
      : { parts: (history: History<I, O>) => partitionsOf(model, history.operations).map((part) => history.withOperations(part.operations)) }),
  };
}

/** The same as `linearizable(model, options).check(history, limits)`, for one history. */
export function checkLinearizability<S, I extends Input, O extends Json>(model: Model<S, I, O>, history: History<I, O>, limits: Limits): Verdict {
  return linearizable(model).check(history, limits);
}
