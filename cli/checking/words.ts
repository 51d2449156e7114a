// The words of the options of `check FILE`: models, formats, sizes. One clear sentence for each wrong one.
import type { Algorithm } from "../../checkers/linearizability/index.ts";
import type { FailedCas, Partition } from "../../checkers/formats/index.ts";
import { chosenModel, namedModels } from "../../checkers/linearizability/named-models.ts";
import { UsageError } from "../../harness/errors.ts";
import { nearest } from "../../harness/spelling.ts";
import { leastMemoryBytes } from "./question.ts";

export const algorithms: readonly Algorithm[] = ["auto", "search", "jit", "monitor"];
export const partitions: readonly Partition[] = ["key", "none"];
export const failedCasMeanings: readonly FailedCas[] = ["mismatch", "absent"];

/** All that `--model` takes, aliases included, as one list for messages. */
export function modelList(): string {
  return namedModels
    .map(({ name, aliases, parameter }) => [name, ...aliases].join(" or ") + (parameter === undefined ? "" : `[:${parameter.noun}]`))
    .join(", ");
}

/** The text itself, once it is known to name a model. @throws UsageError with the nearest name */
export function parseModel(text: string): string {
  if (chosenModel(text) !== undefined) return text;
  const [name = ""] = text.split(":");
  const named = chosenModel(name)?.model;
  if (named?.parameter !== undefined)
    throw new UsageError("bad-model", `"${shown(text)}" does not say how many ${named.parameter.noun}.`, `Write a whole number from 1 on: ${named.name}:3.`);
  if (named !== undefined) throw new UsageError("bad-model", `The model ${named.name} takes no ":".`, `Write --model ${name}.`);
  const meant = nearest(
    name,
    namedModels.flatMap((model) => [model.name, ...model.aliases]),
  );
  const list = `There are: ${modelList()}.`;
  throw new UsageError("unknown-model", `There is no model "${shown(text)}".`, meant === undefined ? list : `Did you mean "${meant}"? ${list}`);
}

/** A parser for one of a few words. */
export function oneOf<Word extends string>(option: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const meant = nearest(text, words);
    const list = `There are: ${words.join(", ")}.`;
    throw new UsageError(`bad-${option}`, `--${option} cannot be "${shown(text)}".`, meant === undefined ? list : `Did you mean "${meant}"? ${list}`);
  };
}

const unitsBytes: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** `500MB`, `2GB`, `1.5GiB`: bytes, units of 1,024; at least what the program itself needs. */
export function parseMemory(text: string): number {
  const match = /^(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]+)$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * (unitsBytes[match?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
  if (!Number.isFinite(bytes)) throw new UsageError("bad-memory", `"${shown(text)}" is not a size.`, "Write a number and a unit: 500MB, 2GB.");
  if (bytes >= leastMemoryBytes) return Math.floor(bytes);
  const least = `${leastMemoryBytes / 1024 ** 2}MB`;
  throw new UsageError("bad-memory", `${text} is less than the program itself needs.`, `Write at least ${least}.`);
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
