// The commonest violations of registers in plain words: values out of nowhere, stale reads, reads that go back.
import { metBy, producedBy } from "./register-operation.ts";
import type { RegisterOperation } from "./register-operation.ts";

/** See `Model.explain`. */
export function explainRegister(witness: readonly RegisterOperation[], culprit: RegisterOperation): string | undefined {
  const met = metBy(culprit);
  if (met === undefined) return undefined;
  const said = `process ${culprit.process} ${culprit.input.f === "read" ? "read" : "replaced"} ${met ?? "nothing"}`;
  const others = witness.filter((operation) => operation !== culprit);
  if (others.length === 0) return met === null ? undefined : `${said}, which nobody can have written by then`;
  const replacement = replacementOf(others, culprit, met);
  if (replacement !== undefined) return `${said} although ${replacement} before the ${culprit.input.f === "read" ? "read" : "compare-and-set"} began`;
  const newer = others.find((operation) => isNewerSight(operation, others, culprit, met));
  if (newer === undefined) return undefined;
  const sight = newer.input.f === "read" ? `had read ${metBy(newer) ?? "nothing"}` : `had met something else`;
  const since = met === null || met === undefined ? "nobody had deleted it since" : `nobody had written ${met} since`;
  return `${said} although process ${newer.process} ${sight} before, and ${since}`;
}

/** Witnesses of exactly the write of the value, unless it is the initial one, and one that overwrote it in time. */
function replacementOf(others: readonly RegisterOperation[], culprit: RegisterOperation, met: string | null): string | undefined {
  const sources = others.filter((operation) => isMutation(operation) && producedBy(operation.input) === met);
  const overwriting = others.filter((operation) => operation.type === "ok" && isMutation(operation) && producedBy(operation.input) !== met);
  const [source, overwriter] = [sources[0], overwriting[0]];
  if (overwriter === undefined || sources.length + overwriting.length !== others.length || overwriting.length > 1 || sources.length > 1) return undefined;
  if (overwriter.completedIndex >= culprit.invokedIndex) return undefined;
  if (source === undefined ? met !== null : source.completedIndex >= overwriter.invokedIndex) return undefined;
  const value = producedBy(overwriter.input);
  if (met === null) return `${value ?? "nothing"} had been written`;
  return value === null ? "it had been deleted" : `${value} had replaced it`;
}

/** After the last write of this value and before the culprit began, somebody saw that the register held another one. */
function isNewerSight(operation: RegisterOperation, others: readonly RegisterOperation[], culprit: RegisterOperation, met: string | null): boolean {
  const { input, output, type, completedIndex } = operation;
  const isOther = input.f === "read" ? metBy(operation) !== met : input.f === "cas" && output === false && input.from === met;
  if (!isOther || type !== "ok" || completedIndex >= culprit.invokedIndex || others.length > 3) return false;
  const sources = others.filter((other) => isMutation(other) && producedBy(other.input) === met);
  return sources.every((source) => source.completedIndex < operation.invokedIndex);
}

function isMutation({ input, output }: RegisterOperation): boolean {
  return input.f !== "read" && !(input.f === "cas" && output === false);
}
