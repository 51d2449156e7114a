// `demo`: finds a planted stale read in seconds and says in five lines what happened. The first thing that a newcomer runs.
import { accuses, digestRun } from "../../harness/digest.ts";
import type { RunResult } from "../../harness/run.ts";
import { searchPlan } from "../../harness/search.ts";
import { runDocument, visible, type RunReport } from "../../reports/index.ts";
import { storyOf } from "../../reports/story.ts";
import { counted, duration } from "../../reports/words.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { keepRun } from "../keeping.ts";
import { named, type LoadedSystem } from "../registry.ts";

export const demoCommand: CommandDefinition = {
  name: "demo",
  argument: "",
  argumentText: "",
  summary: "find a planted bug in seconds and see what a report looks like",
  options: [],
  examples: ["demo"],
  run: run,
};

const bugName = "stale-reads";
const searchMs = 20_000;
const shrinkMs = 3000;

async function run(session: Session): Promise<Conclusion> {
  const loaded = await session.loadSystem("kv");
  const bug = named("bug", bugName, loaded.system.bugs);
  session.store.prepare();
  const startMs = session.terminal.monotonicMs();
  const { found, runCount } = await searched(session, loaded, bug.accusedBy);
  if (found === undefined) return notFound(session, { runCount, accusedBy: bug.accusedBy });
  const foundMs = session.terminal.monotonicMs() - startMs;
  const report = await keepRun(session, found, { system: loaded.system, keep: true, shrinkMs, runLine: `run kv --bug ${bugName}` });
  return {
    ending: "valid",
    text: `${linesOf(session, report, { runCount, foundMs }).join("\n")}\n`,
    document: { ...runDocument(report), schema: "faultline/demo/1", verdict: "invalid", isFound: true, runCount, foundMs },
  };
}

/** The default search, in this thread, until the claim that must accuse the bug does so. */
async function searched(session: Session, loaded: LoadedSystem, claim: string): Promise<{ readonly found: RunResult | undefined; readonly runCount: number }> {
  const { terminal, progress } = session;
  const startMs = terminal.monotonicMs();
  let runCount = 0;
  while (!session.isInterrupted && terminal.monotonicMs() - startMs < searchMs) {
    const result = await runHere(session, searchPlan({ ...loaded, bug: bugName, seedBase: "demo", index: runCount++, overrides: { workload: "register" } }));
    if (accuses(digestRun(result, { index: runCount, wallMs: 0 }), claim)) {
      progress.end();
      return { found: result, runCount };
    }
    progress.report(() => `searching: ${counted(runCount, "run")}`);
  }
  progress.end();
  return { found: undefined, runCount };
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
