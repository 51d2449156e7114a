// `check RUN`: judges a recorded run of ours again, with the checkers of today.
import { judge } from "../../harness/judge.ts";
import type { RunResult } from "../../harness/run.ts";
import { countFaults, countOperations } from "../../harness/run-summary.ts";
import { checkLimits } from "../../harness/runner.ts";
import { verdictDocument } from "../../harness/store-run.ts";
import { runPage } from "../../reports/index.ts";
import type { Conclusion, Session } from "../command.ts";
import { programName } from "../host.ts";
import { replayLine, reportOf, shownPath } from "../keeping.ts";
import { resolvePlan } from "../registry.ts";
import { storedLogs } from "../stored-logs.ts";
import { conclusionOf } from "./run.ts";
import { storedRun } from "./stored.ts";

/** @param text a stored run, or a history.jsonl with its plan.json beside it */
export async function checkRun(session: Session, text: string): Promise<Conclusion> {
  const { plan, history, folder } = await storedRun(session, text);
  const resolved = await resolvePlan(plan);
  const before = folder?.readVerdict();
  // A record that was cut off cannot say that all went well; the judge knows that from the ending.
  const ending = before?.ending ?? (history.isCut ? "interrupted" : "completed");
  const judged = judge(history, resolved, { limits: checkLimits(plan), ending });
  const lastNs = history.length === 0 ? 0 : history.event(history.length - 1).timeNs;
  const cluster = before?.run.cluster ?? { eventCount: 0, messageCount: 0, probes: {}, marks: {} };
  const statistics = { ...countOperations(history), faults: countFaults(history.faults), runMs: before?.run.runMs ?? lastNs / 1e6, cluster };
  const result: RunResult = { plan, history, ...judged, ending, statistics, logs: folder === undefined ? [] : storedLogs(folder) };
  const where =
    folder === undefined
      ? { id: "", repeatLine: `${programName()} check ${text}` }
      : { id: folder.id, repeatLine: replayLine(session, folder.id), pagePath: shownPath(session, folder.reportPath) };
  const report = reportOf(result, { system: resolved.system, ...where });
  folder?.writeVerdict(verdictDocument(result));
  folder?.writeReport(await runPage(report));
  return conclusionOf(session, report, false);
}
