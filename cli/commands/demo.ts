// `demo`: finds a planted stale read in seconds and says in five lines what happened. The first thing that a newcomer runs.
import { accuses, digestRun } from "../../harness/digest.ts";
import type { Plan } from "../../harness/plan.ts";
import { searchPlan } from "../../harness/search.ts";
import { runDocument, visible, type RunReport } from "../../reports/index.ts";
import { storyOf } from "../../reports/story.ts";
import { counted, duration } from "../../reports/words.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runOnce, type Ran } from "../execution.ts";
import { keepRun, shrinkTime } from "../keeping.ts";
import { mechanismOptions } from "../options.ts";
import { mechanismsOf, refuseIdleMechanisms } from "../plan-request.ts";
import { forRealTime } from "../real-time-search.ts";
import { forget } from "../recording.ts";
import { named, type LoadedSystem } from "../registry.ts";
import { isRealTime } from "../runtimes.ts";

export const demoCommand: CommandDefinition = {
  name: "demo",
  argument: "",
  argumentText: "",
  summary: "find a planted bug in seconds and see what a report looks like",
  options: ["runtime", ...mechanismOptions],
  examples: ["demo", "demo --runtime process"],
  run: run,
};

const bugName = "stale-reads";
const searchMs = 20_000;
/** A handful of runs. */
const realTimeSearchMs = 90_000;
const shrinkMs = 3000;

async function run(session: Session): Promise<Conclusion> {
  const loaded = await session.loadSystem("kv");
  const bug = named("bug", bugName, loaded.system.bugs);
  refuseIdleMechanisms(session.settings);
  session.store.prepare();
  const startMs = session.terminal.monotonicMs();
  const { found, runCount } = await searched(session, loaded, bug.accusedBy);
  if (found === undefined) return notFound(session, { runCount, accusedBy: bug.accusedBy });
  const foundMs = session.terminal.monotonicMs() - startMs;
  const { result, folder } = found;
  const runLine = `run kv --bug ${bugName}`;
  const report = await keepRun(session, result, { system: loaded.system, keep: true, shrinkMs: shrinkTime(session, result.plan, shrinkMs), runLine, folder });
  return {
    ending: "valid",
    text: `${linesOf(session, report, { runCount, foundMs }).join("\n")}\n`,
    document: { ...runDocument(report), schema: "faultline/demo/1", verdict: "invalid", isFound: true, runCount, foundMs },
  };
}

/** The default search, one run after the other, until the claim that must accuse the bug does so. */
async function searched(session: Session, loaded: LoadedSystem, claim: string): Promise<{ readonly found: Ran | undefined; readonly runCount: number }> {
  const { terminal, progress } = session;
  const startMs = terminal.monotonicMs();
  const isReal = isRealTime({ runtime: session.settings.runtime ?? "simulation" });
  let runCount = 0;
  while (!session.isInterrupted && terminal.monotonicMs() - startMs < (isReal ? realTimeSearchMs : searchMs)) {
    const ran = await runOnce(session, planAt(session, loaded, runCount++));
    if (accuses(digestRun(ran.result, { index: runCount, wallMs: 0 }), claim)) {
      progress.end();
      return { found: ran, runCount };
    }
    if (ran.folder !== undefined) forget(session, ran.folder);
    progress.report(() => `searching: ${counted(runCount, "run")}`);
  }
  progress.end();
  return { found: undefined, runCount };
}

function planAt({ settings }: Session, loaded: LoadedSystem, index: number): Plan {
  const { runtime = "simulation" } = settings;
  const isReal = isRealTime({ runtime });
  const options = isReal ? { realTime: mechanismsOf(settings), phases: { stopAtViolation: true, stopAtImpossibleAnswer: true } } : {};
  const plan = searchPlan({ ...loaded, bug: bugName, seedBase: "demo", index, overrides: { workload: "register", runtime, options } });
  return isReal ? forRealTime(plan, { hasRate: false, hasDuration: false }) : plan;
}

function linesOf(session: Session, report: RunReport, { runCount, foundMs }: { readonly runCount: number; readonly foundMs: number }): string[] {
  const story = storyOf(report);
  const [claim] = story.promised;
  const { shrink } = report;
  const smaller =
    shrink === undefined
      ? ""
      : `, then made smaller: ${shrink.operationsBefore} -> ${counted(shrink.operationsAfter, "operation")}, ${shrink.faultsBefore} -> ${counted(shrink.faultsAfter, "fault")}`;
  const strong = (word: string): string => session.paint("strong", word.padEnd(9));
  return [
    session.paint("bad", `✗ ${story.headline}`),
    `${strong("promised")} ${visible(claim?.id ?? "")}: ${visible(claim?.text ?? "", 400)}`,
    `${strong("seen")} ${story.seen[0] ?? ""}`,
    `${strong("fault")} ${story.faults[0] ?? ""}`,
    `${strong("how")} found by run ${runCount} of the search after ${duration(foundMs)}${smaller}`,
    "",
    `${strong("report")} ${report.pagePath ?? ""}`,
    `${strong("again")} ${report.repeatLine}`,
  ];
}

function notFound(session: Session, { runCount, accusedBy }: { readonly runCount: number; readonly accusedBy: string }): Conclusion {
  const why = session.isInterrupted ? "interrupted before the bug was found" : `${bugName} was not accused by ${accusedBy} in ${counted(runCount, "run")}`;
  return {
    ending: session.isInterrupted ? "interrupted" : "invalid",
    text: `${session.paint("bad", `✗ ${why}`)}\n`,
    document: { schema: "faultline/demo/1", verdict: "unknown", isFound: false, runCount, why },
  };
}
