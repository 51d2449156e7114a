// Sentences about how a check ended, for those whose thread can no longer say it itself.
import { countOf } from "../../checkers/shown.ts";
import type { Attempt, Decided, HistorySize, Stopped } from "./part.ts";
import type { Interference } from "./watch.ts";

const whatEnded: Readonly<Record<Interference, string>> = {
  time: "the time limit was reached",
  memory: "the memory limit was reached",
  interrupted: "it was interrupted",
};

const wayOut: Readonly<Record<Interference, string>> = {
  time: "allow more time with --timeout",
  memory: "allow more memory with --memory",
  interrupted: "check the history again",
};

/** Of a partition (undefined: not known which) whose thread was ended. @param size undefined: the file was still being read */
export function whyStopped(reason: Interference, attempt: Attempt | undefined, size: HistorySize | undefined): Stopped {
  if (size === undefined) return { reason, by: "", why: `the history was not decided: ${whatEnded[reason]} while its file was being read; ${wayOut[reason]}` };
  const by = attempt?.by ?? "";
  const at = by === "" ? "" : ` while the ${by} was at work, which had to be ended from outside and so cannot say how far it came`;
  return { reason, by, why: `${subject(attempt, size)}, was not decided: ${whatEnded[reason]}${at}; ${wayOut[reason]}` };
}

function subject(attempt: Attempt | undefined, size: HistorySize): string {
  const { partition, operations, indeterminate } = attempt ?? { ...size, partition: "" };
  const where = partition === "" ? "the history" : `partition ${partition} (one of ${size.partitions})`;
  return `${where} with ${countOf(operations, "operation")}, ${indeterminate} of unknown outcome`;
}

const maximalReasons = 4;

/** `decided by A: reason`; with several: `decided by A (3 partitions): reason; B (1 partition): reason`. */
export function whyDecided(decided: readonly Decided[]): string {
  if (decided.length === 0) return "";
  const sorted = decided.toSorted((one, other) => other.count - one.count);
  const listed = sorted
    .slice(0, maximalReasons)
    .map(({ by, because, count }) => `${by}${sorted.length === 1 ? "" : ` (${countOf(count, "partition")})`}: ${because}`);
  const rest = sorted.length - listed.length;
  return `decided by ${listed.join("; ")}${rest === 0 ? "" : `; and ${rest} more reasons`}`;
}
