// `check FILE --model NAME`: decides whether the operations of a file are linearizable, within time and memory.
import { availableParallelism } from "node:os";
import { checkDocument } from "../checking/document.ts";
import type { ThreadNote } from "../checking/part.ts";
import { defaultBounds } from "../checking/question.ts";
import { checkInThreads } from "../checking/supervision.ts";
import { checkText } from "../checking/text.ts";
import { monotonicMs } from "../checking/thread-limits.ts";
import type { Conclusion, Session } from "../command.ts";

export interface FileToCheck {
  /** Absolute. */
  readonly path: string;
  readonly shownPath: string;
  /** A name that `chosenModel` knows. */
  readonly model: string;
}

/** @throws UsageError for a file that is no history of the model */
export async function checkFile(session: Session, { path, shownPath, model }: FileToCheck): Promise<Conclusion> {
  const { settings, terminal, paint, progress } = session;
  const {
    format,
    partition,
    failedCas,
    algorithm = "auto",
    timeout: timeMs = defaultBounds.timeMs,
    memory: memoryBytes = defaultBounds.memoryBytes,
  } = settings;
  const choices = {
    ...(format === undefined ? {} : { format }),
    ...(partition === undefined ? {} : { partition }),
    ...(failedCas === undefined ? {} : { failedCas }),
  };
  const result = await checkInThreads(
    { path, shownPath, model, algorithm, ...choices },
    {
      bounds: { timeMs, memoryBytes },
      startedMs: monotonicMs(),
      threadCount: availableParallelism(),
      signal: terminal.interruption,
      onNote: (note) => progress.report(() => progressLine(note)),
    },
  );
  progress.end();
  return { ending: result.isInterrupted ? "interrupted" : result.verdict, text: checkText(result, paint), document: checkDocument(result) };
}

function progressLine(note: ThreadNote): string {
  if (note.kind === "read") return `${note.size.operations} operations in ${note.size.partitions} partitions`;
  if (note.kind === "refuted") return `a violation; looking for its smallest witness`;
  const { partition, operations, by } = note.attempt;
  return `${by}${partition === "" ? "" : ` on ${partition}`}: ${operations} operations`;
}
