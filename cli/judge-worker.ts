// The entry of the thread that judges a run in real time: reads the history that the run left on the disk. Started by `recording.ts`.
import { parentPort, workerData } from "node:worker_threads";
import { readHistory } from "../harness/history-file.ts";
import { judge } from "../harness/judge.ts";
import { checkLimits } from "../harness/runner.ts";
import { resolveNames } from "./registry.ts";
import type { JudgeRequest } from "./judging.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread; run cli/main.ts instead");
// The one decode boundary of this file: `judging.ts` has built it from the same source tree.
const { plan, historyPath, ending, reason } = workerData as JudgeRequest;
const resolved = await resolveNames(plan);
const { history } = await readHistory(historyPath);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have origins, threads have not
parentPort.postMessage(judge(history, resolved, { limits: checkLimits(plan), ending, ...(reason === undefined ? {} : { reason }) }));
