// `report`: tells a stored run again and makes its page anew.
import { UsageError } from "../../harness/errors.ts";
import type { RunResult } from "../../harness/run.ts";
import { runPage } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { replayLine, reportOf, shownPath } from "../keeping.ts";
import { resolvePlan } from "../registry.ts";
import { storedLogs } from "../stored-logs.ts";
import { conclusionOf } from "./run.ts";
import { storedRun } from "./stored.ts";

export const reportCommand: CommandDefinition = {
  name: "report",
  argument: "<run>",
  argumentText: "a stored run: its id, the beginning of it, or latest",
  summary: "tell a stored run again and make its page anew",
  options: [],
  examples: ["report latest", "report 20260728 --json"],
  run: run,
};

async function run(session: Session, text: string): Promise<Conclusion> {
  const { plan, history, folder } = await storedRun(session, text);
  const stored = folder?.readVerdict();
  if (folder === undefined || stored === undefined)
    throw new UsageError("not-judged", `"${text}" is not a stored run with a verdict.`, `Judge it first: check ${text}.`);
  const { system } = await resolvePlan(plan);
  const { verdict, why, claims, evidence, statistics, failureClass, ending, run: numbers } = stored;
  const result: RunResult = {
    plan,
    history,
    verdict: { verdict, why, claims, evidence, statistics },
    failureClass,
    ending,
    statistics: numbers,
    logs: storedLogs(folder),
  };
  const report = reportOf(result, { system, id: folder.id, repeatLine: replayLine(session, folder.id), pagePath: shownPath(session, folder.reportPath) });
  folder.writeReport(await runPage(report));
  return { ...conclusionOf(session, report, false), ending: "valid" };
}
