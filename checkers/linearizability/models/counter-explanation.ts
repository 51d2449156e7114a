// What is wrong with a counter, in plain words: values out of reach, too low, or gone down.
import type { Operation } from "../../../harness/operation.ts";
import type { CounterInput, CounterOutput } from "./counter-operation.ts";

type CounterOperation = Operation<CounterInput, CounterOutput>;

/** See `Model.explain`. Speaks of reads, and of witnesses in which nothing is taken away. */
export function explainCounter(witness: readonly CounterOperation[], culprit: CounterOperation): string | undefined {
  const { input, output, type, process, invokedIndex } = culprit;
  if (type !== "ok" || input.f !== "read" || typeof output !== "number") return undefined;
  const others = witness.filter((operation) => operation !== culprit);
  const said = `process ${process} read ${output}`;
  if (others.length === 0) return `${said}, which nothing that can have been added by then adds up to`;
  if (others.some((operation) => amountOf(operation) < 0)) return undefined;
  const before = others.filter((operation) => operation.type === "ok" && operation.completedIndex < invokedIndex);
  // One that tells a value, and nothing else that does.
  const telling = others.filter((operation) => typeof operation.output === "number");
  const higher =
    telling.length > 1
      ? undefined
      : before.find((operation) => operation.input.f === "read" && typeof operation.output === "number" && operation.output > output);
  if (higher !== undefined)
    return `${said} although process ${higher.process} had read ${higher.output} before; nothing that can have been taken away since makes up for it`;
  const added = before.reduce((sum, operation) => sum + amountOf(operation), 0);
  return added > output ? `${said} although ${added} had been added before the read began` : undefined;
}

/** Zero for reads. */
function amountOf({ input }: CounterOperation): number {
  return input.f === "add" ? input.amount : 0;
}
