// `run`: one plan, judged; what fails is made smaller, stored and told.
import { runDocument, runText, type RunReport } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import type { Plan } from "../../harness/plan.ts";
import { runOnce } from "../execution.ts";
import { programName } from "../host.ts";
import { keepRun, shrinkTime, storeWords } from "../keeping.ts";
import { planOptions, type Settings } from "../options.ts";
import { planAt, planRequest, runLine } from "../plan-request.ts";
import { resolveNames } from "../registry.ts";
import { isRealTime } from "../runtimes.ts";

export const runCommand: CommandDefinition = {
  name: "run",
  argument: "<system>",
  argumentText: "a shipped system (see list), or the file of your own",
  summary: "run one plan and judge it",
  options: [...planOptions, "stopOnViolation", "keep", "shrinkTime"],
  examples: [
    "run kv",
    "run kv --workload register --nemesis partition-halves --duration 20s",
    "run kv --bug stale-reads --seed 7",
    "run kv --bug stale-reads --stop-on-violation --duration 10m",
    "run ./my-system.ts --nodes 3 --keep",
    "run kv --runtime process --nemesis partition-halves --duration 20s",
  ],
  run: run,
};

async function run(session: Session, systemText: string): Promise<Conclusion> {
  const { settings } = session;
  const request = planRequest(await session.loadSystem(systemText), { systemText, settings: withRealTimeLength(settings), freshSeed: freshSeed(session) });
  session.store.prepare();
  const isStopping = settings.stopOnViolation ?? false;
  const plan = isStopping ? await stoppingEarly(session, planAt(request, 0)) : planAt(request, 0);
  const { result, folder } = await runOnce(session, plan);
  const report = await keepRun(session, result, {
    system: request.loaded.system,
    keep: settings.keep ?? false,
    shrinkMs: shrinkTime(session, plan),
    folder,
    runLine: `${runLine(request, plan.seed)}${isStopping ? " --stop-on-violation" : ""}`,
  });
  return conclusionOf(session, report, session.isInterrupted && (isRealTime(plan) || result.ending === "interrupted"));
}

/** How long `run` lasts in real time, where nobody wants to wait for a drawn length. */
const realTimeLengthMs = 10_000;

function withRealTimeLength(settings: Settings): Settings {
  const isReal = settings.runtime !== undefined && isRealTime({ runtime: settings.runtime });
  return isReal && settings.duration === undefined ? { ...settings, duration: realTimeLengthMs } : settings;
}

/** The same plan, ended at the first violation that can be noticed while it runs: of an invariant, or by an answer of a client. */
async function stoppingEarly(session: Session, plan: Plan): Promise<Plan> {
  const { workload } = await resolveNames(plan);
  if (workload.online === undefined) session.terminal.complain(`note: nothing to watch: the checker of ${workload.name} judges finished histories only\n`);
  return { ...plan, options: { ...plan.options, phases: { ...plan.options.phases, stopAtViolation: true, stopAtImpossibleAnswer: true } } };
}

/** The ending of a command that judged one run. */
export function conclusionOf(session: Session, report: RunReport, isInterrupted: boolean): Conclusion {
  const { verdict } = report.result.verdict;
  const document = runDocument(report);
  const isCutShort = isInterrupted && report.id !== "" && isRealTime(report.result.plan);
  return {
    ending: isInterrupted && verdict !== "invalid" ? "interrupted" : verdict,
    text: `${runText(report, session.paint)}${isCutShort ? checkLine(session, report.id) : ""}`,
    document: { ...document, schema: document["schema"] ?? null, verdict },
  };
}

/** What was recorded until an interruption is worth a judgement of its own. */
function checkLine(session: Session, id: string): string {
  return `${session.paint("strong", "check   ")}  ${programName()} check ${id}${storeWords(session)}\n`;
}

/** Short enough to be read aloud; recorded with everything that is drawn from it. */
export function freshSeed(session: Session): string {
  return Math.floor(session.terminal.now() % 1e9).toString(36);
}
