// `replay`: runs a recorded plan again and says whether the same came out, event for event.
import type { Plan } from "../../harness/plan.ts";
import { replay, type ReplayReport } from "../../harness/replay.ts";
import { runPlan } from "../../harness/runner.ts";
import { worstEnding, type Ending } from "../../harness/exit-code.ts";
import { checkDeterminism, createSimulation } from "../../runtimes/simulation/index.ts";
import { shellWord } from "../arguments.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runOnce, type Ran } from "../execution.ts";
import { programName } from "../host.ts";
import { keepRun, replayLine, reportOf, shownPath } from "../keeping.ts";
import { resolveNames, resolvePlan } from "../registry.ts";
import { conclusionOf } from "./run.ts";
import { storedPlan } from "./stored.ts";

export const replayCommand: CommandDefinition = {
  name: "replay",
  argument: "<run>",
  argumentText: "a stored run (id, its beginning, latest), or a plan file",
  summary: "run a recorded plan again and compare",
  options: ["keep"],
  examples: ["replay latest", "replay 20260728-133810", "replay plan.json --json"],
  run: run,
};

async function run(session: Session, text: string): Promise<Conclusion> {
  const { plan, folder } = storedPlan(session, text);
  const { system } = await resolveNames(plan);
  const records: Ran[] = [];
  const again = await replay(plan, { run: async (bare) => (await ranOnce(session, bare, records)).result, explainDivergence });
  const { result } = again;
  const own = records[0]?.folder;
  const isInterrupted = session.isInterrupted && (own !== undefined || result.ending === "interrupted");
  const runLine = `replay ${shellWord(text)}`;
  const report =
    session.settings.keep === true || own !== undefined
      ? await keepRun(session, result, { system, keep: true, shrinkMs: 0, runLine, folder: own })
      : reportOf(result, {
          system,
          id: folder?.id ?? "",
          repeatLine: folder === undefined ? `${programName()} ${runLine}` : replayLine(session, folder.id),
          ...(folder === undefined ? {} : { pagePath: shownPath(session, folder.reportPath) }),
        });
  const conclusion = conclusionOf(session, report, isInterrupted);
  const sentence = session.paint(again.outcome === "identical" ? "good" : "doubtful", `${again.outcome === "identical" ? "=" : "≠"} ${again.explanation}`);
  return {
    ending: isInterrupted ? conclusion.ending : worstEnding([conclusion.ending, ...endingsOf(again)]),
    text: `${sentence}\n\n${conclusion.text}`,
    document: { ...conclusion.document, replay: { outcome: again.outcome, explanation: again.explanation, isSameFailure: again.isSameFailure ?? null } },
  };
}

/** In real time each replay is a run of its own, and stored as such. */
async function ranOnce(session: Session, plan: Plan, records: Ran[]): Promise<Ran> {
  const ran = await runOnce(session, plan);
  records.push(ran);
  return ran;
}

/** A simulated run that diverges is a failure of ours: the harness or the code under it is not what it was. */
function endingsOf({ outcome }: ReplayReport): Ending[] {
  return outcome === "diverged" ? ["crashed"] : [];
}

/** The old trace is gone, but two runs of today can be compared: if they agree, the code has changed; if not, chance leaks in. */
async function explainDivergence(plan: Plan): Promise<string | undefined> {
  const resolved = await resolvePlan(plan);
  const { bug, system } = resolved;
  const found = await checkDeterminism((settings) =>
    runPlan({ ...resolved, runtime: createSimulation(bug === undefined ? { system } : { system, bug }, settings) }),
  );
  if (found.isDeterministic) return undefined;
  return `two runs of today differ from each other as well: ${found.divergence?.explanation ?? found.hashes.join(" and ")}`;
}
