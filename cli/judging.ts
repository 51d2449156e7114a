// Judging a run in real time from its file, in a thread with limits: a checker that hangs or eats all memory does not take the record with it.
import { totalmem } from "node:os";
import type { History } from "../harness/history.ts";
import { judgeInThread } from "../harness/judge-thread.ts";
import type { Judged, JudgeOptions } from "../harness/judge.ts";
import type { Json } from "../harness/json.ts";
import { phaseLengths } from "../harness/phase-lengths.ts";
import type { Plan } from "../harness/plan.ts";
import type { ResolvedPlan } from "../harness/run.ts";

/** What the thread is told: names and paths. */
export interface JudgeRequest {
  readonly plan: Plan;
  readonly historyPath: string;
  readonly ending: JudgeOptions["ending"];
  readonly reason?: string;
}

/** Loading the code and reading the history, on top of what the checker may take. */
const readingLimitMs = 60_000;
const memoryLimitMb = 4_096;

/** Never rejects for what a checker does: then its properties are unknown, with the reason. @param historyPath a file that holds all of `history` */
export async function judgeStored(
  history: History,
  resolved: ResolvedPlan,
  options: JudgeOptions & { readonly historyPath: string; readonly signal: AbortSignal },
): Promise<Judged> {
  const { historyPath, signal, ...judging } = options;
  const { ending, reason } = judging;
  const request: JudgeRequest = { plan: resolved.plan, historyPath, ending, ...(reason === undefined ? {} : { reason }) };
  const thread = {
    entry: judgeEntry(),
    // It holds JSON only; interfaces just do not say so.
    request: request as unknown as Json,
    limitMs: phaseLengths(resolved.plan).checkMs + readingLimitMs,
    memoryMb: Math.min(memoryLimitMb, Math.floor(totalmem() / 2 ** 21)),
    signal,
  };
  return await judgeInThread(history, resolved, { ...judging, thread });
}

/** The compiled package has a `.js` of the same name. */
function judgeEntry(): URL {
  const entry = new URL("./judge-worker.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) entry.pathname = entry.pathname.replace(/\.ts$/, ".js");
  return entry;
}
