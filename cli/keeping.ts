// What becomes of a finished run: made smaller if it is invalid, stored if it is worth it, told as a report.
import { join, relative } from "node:path";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import type { RunFolder } from "../harness/store-run.ts";
import { shrink, type ShrinkResult } from "../harness/shrink.ts";
import type { System } from "../harness/system.ts";
import { runPage, type RunReport } from "../reports/index.ts";
import { shellWord } from "./arguments.ts";
import type { Session } from "./command.ts";
import { runHere } from "./execution.ts";
import { hostFacts, programName } from "./host.ts";
import { isRealTime } from "./runtimes.ts";
import { forgiveStore } from "./store-trouble.ts";

export interface KeepOptions {
  readonly system: System;
  /** Store it also if it is valid. */
  readonly keep: boolean;
  /** 0: as it is. */
  readonly shrinkMs: number;
  /** What repeats it if it is not stored, without the program's name. */
  readonly runLine: string;
  /** Where it is stored already, as runs in real time are. */
  readonly folder?: RunFolder | undefined;
}

/** Default time for making a failing run smaller. */
export const defaultShrinkMs = 20_000;

/** The report of a run; it is stored, with a page, if it is invalid, unknown, in real time or to be kept. */
export async function keepRun(session: Session, result: RunResult, options: KeepOptions): Promise<RunReport> {
  const told = options.folder === undefined ? undefined : await toldWhereItIs(session, result, { ...options, folder: options.folder });
  const shrunk = await smaller(session, result, options.shrinkMs);
  if (told !== undefined && shrunk?.result === undefined) return told;
  const final = shrunk?.result === undefined ? result : { ...shrunk.result, plan: shrunk.plan };
  const isStored = options.keep || final.verdict.verdict !== "valid" || final.plan.runtime !== "simulation";
  if (!isStored) return reportOf(final, { system: options.system, id: "", repeatLine: `${programName()} ${options.runLine}`, shrunk });
  try {
    const folder = session.store.save(final);
    if (shrunk?.result !== undefined) folder.writeOriginalPlan(result.plan);
    const where = { id: folder.id, repeatLine: replayLine(session, folder.id), pagePath: shownPath(session, folder.reportPath) };
    const report = reportOf(final, { system: options.system, shrunk, ...where });
    folder.writeReport(await runPage(report));
    return report;
  } catch (error) {
    forgiveStore(session, final, error);
    return reportOf(final, { system: options.system, id: "", repeatLine: `${programName()} ${options.runLine}`, shrunk });
  }
}

/** A run that was recorded while it went only lacks its page. */
async function toldWhereItIs(session: Session, result: RunResult, { system, folder }: KeepOptions & { readonly folder: RunFolder }): Promise<RunReport> {
  const where = { id: folder.id, repeatLine: replayLine(session, folder.id) };
  const report = reportOf(result, { system, ...where, pagePath: shownPath(session, folder.reportPath) });
  try {
    folder.writeReport(await runPage(report));
    return report;
  } catch (error) {
    forgiveStore(session, result, error);
    return reportOf(result, { system, ...where });
  }
}

/** How long a failing run is made smaller, unless the user says: in real time one try costs as much as the run, so only if asked for. */
export function shrinkTime({ settings }: Session, plan: Pick<Plan, "runtime">, defaultMs: number = defaultShrinkMs): number {
  return settings.shrinkTime ?? (isRealTime(plan) ? 0 : defaultMs);
}

/** The command that repeats a stored run. */
export function replayLine(session: Session, id: string): string {
  return `${programName()} replay ${id}${storeWords(session)}`;
}

/** What a command about a stored run has to add to find this store. */
export function storeWords(session: Session): string {
  const isDefault = session.store.directory === join(session.terminal.directory, ".faultline");
  return isDefault ? "" : ` --store ${shellWord(session.settings.store)}`;
}

/** A path as the user would type it. */
export function shownPath(session: Session, path: string): string {
  const near = relative(session.terminal.directory, path);
  return near.startsWith("..") ? path : near;
}

async function smaller(session: Session, result: RunResult, timeMs: number): Promise<ShrinkResult | undefined> {
  const { failureClass } = result;
  if (failureClass === null || timeMs === 0 || session.isInterrupted) return undefined;
  return await shrinkPlan(session, result.plan, { failureClass, timeMs });
}

/** Shrinks with progress on the terminal; an interruption keeps the best so far. */
export async function shrinkPlan(
  session: Session,
  plan: Plan,
  { failureClass, timeMs }: { readonly failureClass: string; readonly timeMs: number },
): Promise<ShrinkResult> {
  const clock = (): number => session.terminal.monotonicMs();
  const endMs = clock() + timeMs;
  const shrunk = await shrink({
    plan,
    failureClass,
    timeMs,
    clock,
    signal: session.terminal.interruption,
    run: (candidate) => insistently(session, candidate, { failureClass, endMs }),
    onProgress: ({ step, size, runCount }) =>
      session.progress.report(() => `making it smaller: ${size.operationCount} operations, ${size.faultCount} faults left after ${runCount} runs (${step})`),
  });
  session.progress.end();
  const { count, identicalCount } = shrunk.replays;
  if (identicalCount < count && plan.runtime === "simulation")
    session.terminal.complain(`warning: only ${identicalCount} of ${count} replays were identical: the system is not deterministic\n`);
  for (const crash of shrunk.crashes.slice(0, 3)) session.terminal.complain(`warning: a run crashed while shrinking: ${crash.split("\n")[0]}\n`);
  return shrunk;
}

/** In real time a candidate that fails only now and then deserves more than one try: only a failure proves anything. */
const triesInRealTime = 3;

async function insistently(
  session: Session,
  candidate: Plan,
  { failureClass, endMs }: { readonly failureClass: string; readonly endMs: number },
): Promise<RunResult> {
  let result = await runHere(session, candidate);
  for (let tries = 1; isRealTime(candidate) && tries < triesInRealTime && result.failureClass !== failureClass; tries++) {
    if (session.isInterrupted || session.terminal.monotonicMs() >= endMs) break;
    result = await runHere(session, candidate);
  }
  return result;
}

export interface ReportContext {
  readonly system: System;
  readonly id: string;
  readonly repeatLine: string;
  readonly shrunk?: ShrinkResult | undefined;
  readonly pagePath?: string;
}

/** The words of the registry added to a result. */
export function reportOf(result: RunResult, { system, id, repeatLine, shrunk, pagePath }: ReportContext): RunReport {
  const bug = system.bugs.find((candidate) => candidate.name === result.plan.bug);
  return {
    id,
    result,
    systemText: system.text,
    claims: system.claims.map(({ id: claim, text, faults, premise }) => ({ id: claim, text, faults, premise: premise.text })),
    ...(bug === undefined ? {} : { bug: { name: bug.name, text: bug.text, imitates: bug.imitates, accusedBy: bug.accusedBy } }),
    repeatLine,
    ...(pagePath === undefined ? {} : { pagePath }),
    ...(shrunk?.result === undefined
      ? {}
      : {
          shrink: {
            operationsBefore: shrunk.before.operationCount,
            operationsAfter: shrunk.after.operationCount,
            faultsBefore: shrunk.before.faultCount,
            faultsAfter: shrunk.after.faultCount,
            runCount: shrunk.runCount,
            elapsedMs: shrunk.elapsedMs,
          },
        }),
    environment: hostFacts(),
  };
}
