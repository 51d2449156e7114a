// `check RUN`: judges a recorded run of ours again, with the checkers of today; also one that was cut off before anybody judged it.
import { judge } from "../../harness/judge.ts";
import type { RunEnding, RunResult } from "../../harness/run.ts";
import { countFaults, countOperations } from "../../harness/run-summary.ts";
import { checkLimits } from "../../harness/runner.ts";
import { verdictDocument, type VerdictDocument } from "../../harness/store-run.ts";
import { runPage, type RunReport } from "../../reports/index.ts";
import type { Conclusion, Session } from "../command.ts";
import { programName } from "../host.ts";
import { replayLine, reportOf, shownPath } from "../keeping.ts";
import { resolveNames } from "../registry.ts";
import { isRealTime } from "../runtimes.ts";
import { storedLogs } from "../stored-logs.ts";
import { conclusionOf } from "./run.ts";
import { storedRun, type StoredRun } from "./stored.ts";

/** @param text a stored run, or a history.jsonl with its plan.json beside it */
export async function checkRun(session: Session, text: string): Promise<Conclusion> {
  return conclusionOf(session, await judgedAgain(session, await storedRun(session, text), text), false);
}

/** A new verdict from the history; of a stored run it is kept, with a new page. @param text as the user named the run */
export async function judgedAgain(session: Session, { plan, history, folder, beside }: StoredRun, text: string): Promise<RunReport> {
  const resolved = await resolveNames(plan);
  const before = beside.readVerdict();
  // A record that was cut off cannot say that all went well; the judge knows that from the ending.
  const isCut = history.isCut || (before === undefined && isRealTime(plan));
  const ending: RunEnding = before?.ending ?? (isCut ? "interrupted" : "completed");
  const judged = judge(history, resolved, { limits: checkLimits(plan), ending, ...(isCut ? { reason: "its record was cut off" } : {}) });
  const lastNs = history.length === 0 ? 0 : history.event(history.length - 1).timeNs;
  const statistics = {
    ...countOperations(history),
    faults: countFaults(history.faults),
    runMs: before?.run.runMs ?? lastNs / 1e6,
    cluster: before?.run.cluster ?? noNumbers,
  };
  const result: RunResult = { plan, history, ...judged, ending, statistics, logs: folder === undefined ? [] : storedLogs(folder) };
  const where =
    folder === undefined
      ? { id: "", repeatLine: `${programName()} check ${text}` }
      : { id: folder.id, repeatLine: replayLine(session, folder.id), pagePath: shownPath(session, folder.reportPath) };
  const report = reportOf(result, { system: resolved.system, ...where });
  folder?.writeVerdict(verdictDocument(result));
  folder?.writeEnded();
  folder?.writeReport(await runPage(report));
  return report;
}

/** What only the runtime counted died with it. */
const noNumbers: VerdictDocument["run"]["cluster"] = { eventCount: 0, messageCount: 0, probes: {}, marks: {} };
