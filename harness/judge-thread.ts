// Judging in a thread of its own, for real-time runs: a checker that hangs or eats all memory is ended from outside.
import { Worker } from "node:worker_threads";
import type { History } from "./history.ts";
import { judge, type Judged, type JudgeOptions } from "./judge.ts";
import type { Json } from "./json.ts";
import type { ResolvedPlan } from "./run.ts";
import type { Verdict } from "./verdict.ts";
import type { Workload } from "./workload.ts";

export interface JudgeThread {
  /** The worker's file: resolves what `request` names, judges, and posts one message, the `Judged`. */
  readonly entry: URL;
  /** Names, not objects: they do not cross into threads. */
  readonly request: Json;
  readonly limitMs: number;
  readonly memoryMb: number;
  readonly signal?: AbortSignal;
}

/**
 * What the thread answers. If it does not, the checker's properties are unknown and say why; all judges over facts are
 * asked here, so that a violation that they see still counts. The thread has ended when the promise settles.
 */
export async function judgeInThread(history: History, resolved: ResolvedPlan, options: JudgeOptions & { readonly thread: JudgeThread }): Promise<Judged> {
  const answer = await answerOf(options.thread);
  if ("judged" in answer) return answer.judged;
  return judge(history, { ...resolved, workload: undecided(resolved.workload, answer.why) }, options);
}

type Answer = { readonly judged: Judged } | { readonly why: string };

async function answerOf({ entry, limitMs, memoryMb, request, signal }: JudgeThread): Promise<Answer> {
  const worker = new Worker(entry, { workerData: request, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const limit = setTimeout(() => resolve({ why: `the checker did not finish within ${limitMs} ms: use shorter runs or more keys` }), limitMs);
  const interrupted = (): void => resolve({ why: "the check was interrupted" });
  signal?.addEventListener("abort", interrupted, { once: true });
  if (signal?.aborted === true) interrupted();
  // The one boundary of this file: the entry is ours, and what it posts is what `judge` answered.
  worker.once("message", (message) => resolve({ judged: message as Judged }));
  worker.once("error", (error) => resolve({ why: `the checker's thread failed: ${error instanceof Error ? error.message : String(error)}` }));
  worker.once("exit", () => resolve({ why: "the checker's thread ended without an answer" }));
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", interrupted);
    await worker.terminate();
  }
}

/** The workload with a checker that only says why nobody knows. */
function undecided(workload: Workload, why: string): Workload {
  const verdict: Verdict = {
    verdict: "unknown",
    why,
    claims: workload.properties.map(({ id }) => ({ id, verdict: "unknown", why, evidence: [] })),
    evidence: [],
    statistics: {},
  };
  return { ...workload, check: () => verdict };
}
