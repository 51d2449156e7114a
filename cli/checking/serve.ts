// What a thread of `check FILE` does from its task on: one reads the file, others help with large partitions.
import type { MessagePort } from "node:worker_threads";
import type { Algorithm } from "../../checkers/linearizability/index.ts";
import type { ChosenModel } from "../../checkers/linearizability/named-models.ts";
import { UsageError } from "../../harness/errors.ts";
import { checkFile } from "./file-check.ts";
import type { FromThread, ThreadAnswer, ThreadNote } from "./part.ts";
import { partitionCheck } from "./partition-check.ts";
import type { RoundOf } from "./partition-check.ts";
import type { CheckQuestion } from "./question.ts";
import type { ThreadBounds } from "./thread-limits.ts";

/** What a thread is started with. */
export type ThreadTask =
  | { readonly role: "file"; readonly question: CheckQuestion; readonly bounds: ThreadBounds; readonly roundsAlone: number }
  | {
      readonly role: "partitions";
      readonly model: string;
      readonly algorithm: Algorithm;
      readonly bounds: ThreadBounds;
      readonly partitionCount: number;
    };

/** A thread with the task `file` answers once, one with `partitions` once for every message. */
export function serve(port: MessagePort, task: ThreadTask, chosen: ChosenModel): void {
  const note = (said: ThreadNote): void => post(port, { note: said });
  if (task.role === "file") {
    post(port, { answer: answerOf(() => checkFile({ ...task, note }, chosen)) });
    return;
  }
  const answerRound = partitionCheck({ ...task, note }, chosen);
  port.on("message", (round: RoundOf) => post(port, { answer: answerOf(() => answerRound(round)) }));
}

/** The name of the model that a task is about. */
export function modelOf(task: ThreadTask): string {
  return task.role === "file" ? task.question.model : task.model;
}

/** Mistakes of the user are an answer; all others end the thread and are seen there. */
function answerOf(work: () => ThreadAnswer): ThreadAnswer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: "refused", code: error.code, message: error.message, wayOut: error.wayOut };
  }
}

function post(port: MessagePort, message: FromThread): void {
  port.postMessage(message);
}
