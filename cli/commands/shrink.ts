// `shrink`: makes the plan of a failing run smaller, for as long as one likes to wait.
import { UsageError } from "../../harness/errors.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { runPage } from "../../reports/index.ts";
import { defaultShrinkMs, replayLine, reportOf, shownPath, shrinkPlan } from "../keeping.ts";
import { resolveNames } from "../registry.ts";
import { isRealTime } from "../runtimes.ts";
import { conclusionOf } from "./run.ts";
import { storedPlan } from "./stored.ts";

export const shrinkCommand: CommandDefinition = {
  name: "shrink",
  argument: "<run>",
  argumentText: "a stored run (id, its beginning, latest), or a plan file",
  summary: "make a failing run smaller",
  options: ["time"],
  examples: ["shrink latest", "shrink plan.json --time 10m"],
  run: run,
};

/** Room for a dozen runs of ten seconds. */
const realTimeShrinkMs = 180_000;

async function run(session: Session, text: string): Promise<Conclusion> {
  const { plan } = storedPlan(session, text);
  const { system } = await resolveNames(plan);
  session.store.prepare();
  const first = plan.script === undefined || plan.expect === undefined ? await runHere(session, plan) : undefined;
  const failing = first?.plan ?? plan;
  const failureClass = failing.expect?.failureClass ?? null;
  if (failureClass === null)
    throw new UsageError(
      "nothing-to-shrink",
      `${text} does not fail, so there is nothing to make smaller.`,
      "Name a run that is invalid; `list` shows the stored ones.",
    );
  const shrunk = await shrinkPlan(session, failing, { failureClass, timeMs: session.settings.time ?? (isRealTime(plan) ? realTimeShrinkMs : defaultShrinkMs) });
  if (shrunk.result === undefined) return notReproduced(session, { text, failureClass, isInterrupted: shrunk.ending === "interrupted" });
  const result = { ...shrunk.result, plan: shrunk.plan };
  const folder = session.store.save(result);
  folder.writeOriginalPlan(failing);
  const report = reportOf(result, {
    system,
    id: folder.id,
    repeatLine: replayLine(session, folder.id),
    shrunk,
    pagePath: shownPath(session, folder.reportPath),
  });
  folder.writeReport(await runPage(report));
  const conclusion = conclusionOf(session, report, false);
  return {
    ...conclusion,
    ending: shrunk.ending === "interrupted" ? "interrupted" : "valid",
    document: { ...conclusion.document, shrinkEnding: shrunk.ending },
  };
}

function notReproduced(
  session: Session,
  { text, failureClass, isInterrupted }: { readonly text: string; readonly failureClass: string; readonly isInterrupted: boolean },
): Conclusion {
  const why = isInterrupted ? "interrupted before the failure was seen again" : `${text} did not fail again as ${failureClass}`;
  return {
    ending: isInterrupted ? "interrupted" : "unknown",
    text: session.paint("doubtful", `? ${why}\n`),
    document: { schema: "faultline/shrink/1", verdict: "unknown", why, failureClass },
  };
}
