// `report`: tells a stored run again and makes its page anew.
import { UsageError } from "../../harness/errors.ts";
import type { RunResult } from "../../harness/run.ts";
import { runPage } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { replayLine, reportOf, shownPath } from "../keeping.ts";
import { resolveNames } from "../registry.ts";
import { storedLogs } from "../stored-logs.ts";
import { judgedAgain } from "./check-run.ts";
import { conclusionOf } from "./run.ts";
import { storedRun } from "./stored.ts";

export const reportCommand: CommandDefinition = {
  name: "report",
  argument: "<run>",
  argumentText: "a stored run: its id, the beginning of it, or latest",
  summary: "tell a stored run again and make its page anew",
  options: [],
  examples: ["report latest", "report 20260728 --json"],
  run: report,
};

async function report(session: Session, text: string): Promise<Conclusion> {
  const run = await storedRun(session, text);
  const { plan, history, folder } = run;
  if (folder === undefined)
    throw new UsageError("not-stored", `"${text}" is not a stored run.`, `Name one of those that list shows, or judge the file: check ${text}.`);
  const stored = folder.readVerdict();
  // Cut off before it was judged: that comes first, and it says of itself that it was cut.
  if (stored === undefined) return { ...conclusionOf(session, await judgedAgain(session, run, text), false), ending: "valid" };
  const { system } = await resolveNames(plan);
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
  const told = reportOf(result, { system, id: folder.id, repeatLine: replayLine(session, folder.id), pagePath: shownPath(session, folder.reportPath) });
  folder.writeReport(await runPage(told));
  return { ...conclusionOf(session, told, false), ending: "valid" };
}
