// The thread that reads a history, decides what is quickly decided, and hands over the rest. It knows the model.
import { serialize } from "node:v8";
import type { Json } from "../../harness/json.ts";
import type { History } from "../../harness/history.ts";
import type { Input } from "../../harness/operation.ts";
import { UsageError } from "../../harness/errors.ts";
import { readHistory } from "../../checkers/formats/index.ts";
import type { ReadHistory } from "../../checkers/formats/index.ts";
import { Decider } from "../../checkers/linearizability/decision.ts";
import type { Model } from "../../checkers/linearizability/model.ts";
import type { ChosenModel, ModelName } from "../../checkers/linearizability/named-models.ts";
import { partitionsOf } from "../../checkers/linearizability/partition.ts";
import type { Partition } from "../../checkers/linearizability/partition.ts";
import { announcing, attemptOn } from "./announcing.ts";
import { historyText } from "./history-text.ts";
import type { SharedPartition, ThreadAnswer, ThreadNote } from "./part.ts";
import { PartJudge } from "./part-judge.ts";
import type { CheckQuestion } from "./question.ts";
import { monotonicMs, threadLimits } from "./thread-limits.ts";
import type { ThreadBounds } from "./thread-limits.ts";

export interface FileCheck {
  readonly question: CheckQuestion;
  readonly bounds: ThreadBounds;
  /** After so many rounds, what is undecided is handed over if it is more than one partition; Infinity: never. */
  readonly roundsAlone: number;
  readonly note: (note: ThreadNote) => void;
}

/** @throws UsageError for a file that is no history of this model */
export function checkFile(check: FileCheck, chosen: ChosenModel): ThreadAnswer {
  const { question } = check;
  const read = readFile(question, chosen.model.name);
  return chosen.model.use((model) => decide(check, announcing(model, check.note), read), chosen.parameter);
}

function readFile(question: CheckQuestion, model: ModelName): ReadHistory<ModelName> {
  const { shownPath, format, failedCas, partition } = question;
  const text = historyText(question);
  try {
    return readHistory(text, {
      model,
      ...(format === undefined ? {} : { format }),
      ...(failedCas === undefined ? {} : { failedCas }),
      ...(partition === undefined ? {} : { partition }),
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, `${shownPath}: ${error.message}`, error.wayOut, { cause: error });
  }
}

function decide<S, I extends Input, O extends Json>(
  { question, bounds, roundsAlone, note }: FileCheck,
  model: Model<S, I, O>,
  { history, format }: ReadHistory<ModelName>,
): ThreadAnswer {
  // The boundary: `readHistory` has checked every input and output against the vocabulary of this model.
  const operations = (history as unknown as History<I, O>).operations;
  const partitions = partitionsOf(model, operations);
  const counts = { ok: 0, fail: 0, info: 0 };
  for (const { type } of operations) counts[type]++;
  const shared = { operations: operations.length, completed: counts.ok, indeterminate: counts.info, partitions: partitions.length };
  note({ kind: "read", size: { ...shared, format, readAtMs: monotonicMs() } });
  const limits = threadLimits(bounds);
  const decider = new Decider(model, question.algorithm);
  const positions = new Map(partitions.map((partition, index) => [partition, index]));
  const indexOf = (partition: Partition<I, O>): number => positions.get(partition) ?? 0;
  const judge = new PartJudge({ model, decider, limits, partitionCount: partitions.length, indexOf, note });
  const onAttempt = attemptOn<I, O>(note);
  const first = decider.decideRounds(partitions, limits, { from: 0, to: roundsAlone, onAttempt });
  const { undecided } = first;
  if (undecided.length === 0) return { kind: "part", part: judge.part([first]), rest: [] };
  if (undecided.length > 1) return { kind: "part", part: judge.part([first]), rest: undecided.map((each) => shareable(each, indexOf(each))) };
  const last = decider.decideRounds(undecided, limits, { from: roundsAlone, to: Infinity, onAttempt });
  return { kind: "part", part: judge.part([first, last]), rest: [] };
}

function shareable<I extends Input, O extends Json>(partition: Partition<I, O>, index: number): SharedPartition {
  const serialized = serialize(partition);
  const bytes = new SharedArrayBuffer(serialized.byteLength);
  new Uint8Array(bytes).set(serialized);
  return { index, size: partition.operations.length, bytes };
}
