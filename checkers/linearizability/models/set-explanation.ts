// What is wrong with a set, in plain words: elements from nowhere, lost ones, ones that came back.
import type { Operation } from "../../../harness/operation.ts";
import type { GrowingSetInput, GrowingSetOutput, SetInput, SetOutput } from "./set-operation.ts";

type SetOperation = Operation<SetInput, SetOutput>;
type GrowingSetOperation = Operation<GrowingSetInput, GrowingSetOutput>;

/** See `Model.explain`. All operations are on one element. */
export function explainSet(witness: readonly SetOperation[], culprit: SetOperation): string | undefined {
  if (culprit.type !== "ok") return undefined;
  const others = witness.filter((operation) => operation !== culprit);
  const said = `process ${culprit.process} ${sightOf(culprit)}`;
  if (sawPresence(culprit)) {
    if (others.length === 0) return `${said}, which nobody can have added by then`;
    const removal = others.find(({ input, type, output }) => input.f === "remove" && type === "ok" && output === true);
    const additions = others.filter(({ input }) => input.f === "add");
    if (removal === undefined || additions.length + 1 !== others.length || removal.completedIndex >= culprit.invokedIndex) return undefined;
    return additions.every(({ completedIndex }) => completedIndex < removal.invokedIndex)
      ? `${said} although process ${removal.process} had removed it`
      : undefined;
  }
  const before = others.find((operation) => leavesPresence(operation) && operation.type === "ok" && operation.completedIndex < culprit.invokedIndex);
  if (before === undefined) return undefined;
  // Nothing else that tells, at most where the element came from: or it may have been removed, and added again.
  const isOwnSource = before.input.f === "add" && before.output === true;
  if (others.some((operation) => operation !== before && (isOwnSource || operation.input.f !== "add" || operation.output === false))) return undefined;
  return `${said} although process ${before.process} ${isOwnSource ? "had added" : "had found"} it before, and nobody can have removed it since`;
}

/** What a completed operation was told, as something it did. */
function sightOf({ input, output }: SetOperation): string {
  const { f, element } = input;
  if (f === "contains") return output === true ? `found ${element}` : `did not find ${element}`;
  if (f === "add") return output === true ? `added ${element} as new` : `was told that it has ${element}`;
  return output === true ? `removed ${element}` : `was told that it has no ${element} to remove`;
}

function sawPresence({ input, output }: SetOperation): boolean {
  return input.f === "add" ? output === false : output === true;
}

function leavesPresence({ input, output }: SetOperation): boolean {
  return input.f === "add" || (input.f === "contains" && output === true);
}

/** See `Model.explain`. */
export function explainGrowingSet(witness: readonly GrowingSetOperation[], culprit: GrowingSetOperation): string | undefined {
  if (culprit.type !== "ok" || culprit.input.f !== "read") return undefined;
  const others = witness.filter((operation) => operation !== culprit);
  if (others.length === 0) return undefined;
  const shown = new Set(culprit.output);
  const said = `process ${culprit.process} did not read`;
  for (const { input, type, output, process, completedIndex } of others) {
    if (type !== "ok" || completedIndex >= culprit.invokedIndex) continue;
    if (input.f === "add" && !shown.has(input.element)) return `${said} ${input.element} although process ${process} had added it before`;
    const lost = input.f === "read" ? output?.find((element) => !shown.has(element)) : undefined;
    if (lost !== undefined) return `${said} ${lost} although process ${process} had read it before`;
  }
  return undefined;
}
