// What is wrong with a lock, in plain words: two holders, a release by somebody else, a refusal without a reason.
import type { Operation } from "../../../harness/operation.ts";
import type { MutexInput, MutexOutput } from "./lock-operation.ts";

type MutexOperation = Operation<MutexInput, MutexOutput>;

/** See `Model.explain`. */
export function explainMutex(witness: readonly MutexOperation[], culprit: MutexOperation): string | undefined {
  if (culprit.type !== "ok") return undefined;
  const others = witness.filter((operation) => operation !== culprit);
  const { f, owner, key } = culprit.input;
  if (others.length === 0) return aloneSentence(culprit);
  const [other] = others;
  if (other === undefined || others.length > 1 || other.type !== "ok" || other.output !== true) return undefined;
  const isBefore = other.completedIndex < culprit.invokedIndex;
  if (other.input.f === "acquire" && f === "acquire" && culprit.output === true) {
    const held = `${other.input.owner} had acquired it${isBefore ? " before" : " too"}`;
    return `process ${culprit.process}: ${owner} acquired ${key} although ${held}, and nobody can have released it in between`;
  }
  if (other.input.f !== "acquire" || f !== "release" || culprit.output !== false || other.input.owner !== owner || !isBefore) return undefined;
  return `process ${culprit.process}: ${owner} was not let release ${key} although it had acquired it, and it cannot have released it since`;
}

function aloneSentence({ process, input, output }: MutexOperation): string | undefined {
  const { f, owner, key } = input;
  if (f === "acquire") return output === false ? `process ${process}: ${owner} was refused ${key} although nobody can have held it by then` : undefined;
  return output === true ? `process ${process}: ${owner} released ${key}, which it cannot have held by then` : undefined;
}
