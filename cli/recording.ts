// A run in real time: its folder is claimed before it begins, its history is on the disk before it is judged, whatever becomes of the harness.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HistoryWriter } from "../harness/history-file.ts";
import type { History, HistoryEvent } from "../harness/history.ts";
import { judge, type Judged, type JudgeOptions } from "../harness/judge.ts";
import { withPhaseLengths } from "../harness/phase-lengths.ts";
import type { Plan } from "../harness/plan.ts";
import type { ResolvedPlan, RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import type { RunPlace } from "../harness/runtime.ts";
import type { RunFolder } from "../harness/store-run.ts";
import { visible } from "../reports/index.ts";
import { counted, duration } from "../reports/words.ts";
import { readUndoFile } from "../runtimes/shared/undo/index.ts";
import type { Session } from "./command.ts";
import { refusingImpossible, withoutImpossible, type Capabilities } from "./feasibility.ts";
import { judgeStored } from "./judging.ts";
import { ownOwner } from "./ownership.ts";
import { resolveNames, resolvePlan } from "./registry.ts";
import { forgiveStore } from "./store-trouble.ts";

export interface Recorded {
  readonly result: RunResult;
  /** In the store, complete with its verdict. */
  readonly folder: RunFolder;
}

/**
 * Runs a plan of a runtime in real time and stores it, whatever comes of it. Where the harness itself fails after the first event, the
 * half history stays in the store. @throws UsageError and EnvironmentError, also for faults that cannot be here, and what the runtime throws
 */
export async function recordRun(session: Session, plan: Plan, options: { readonly signal?: AbortSignal; readonly isAlone?: boolean } = {}): Promise<Recorded> {
  const { signal = session.terminal.interruption, isAlone = true } = options;
  // Mistakes of the user come before anything is touched.
  await resolveNames(plan);
  await session.sweeper.sweep();
  return await recordAs(session, plan, { resolve: (place) => resolvePlan(plan, place), signal, isAlone });
}

export interface RecordingOptions {
  /** Is given the run's folder; tests give runtimes of their own. */
  readonly resolve: (place: RunPlace) => Promise<ResolvedPlan>;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  /** Nothing else goes on: its progress is shown. */
  readonly isAlone?: boolean;
}

/** `recordRun` with the objects that the plan's names stand for. */
export async function recordAs(session: Session, plan: Plan, { resolve, signal, isAlone = false }: RecordingOptions): Promise<Recorded> {
  const folder = session.store.createRun(plan);
  const record: Writing = { folder, signal, isAlone, writer: undefined, eventCount: 0 };
  try {
    const resolved = await resolve({ directory: folder.path });
    let capabilities: Capabilities | undefined;
    const result = await written(
      session,
      refusingImpossible(resolved, (found) => (capabilities = found)),
      record,
    );
    const kept = capabilities === undefined ? result : { ...result, plan: withoutImpossible(result.plan, capabilities) };
    return { result: kept, folder: saved(session, kept, folder) };
  } catch (error) {
    leave(session, record);
    throw error;
  } finally {
    closeQuietly(record.writer);
    if (isAlone) session.progress.end();
  }
}

/** What is in the folder by then can be judged again if the rest finds no room. */
function saved(session: Session, result: RunResult, folder: RunFolder): RunFolder {
  try {
    return session.store.save(result, folder);
  } catch (error) {
    forgiveStore(session, result, error);
    folder.writeEnded();
    return folder;
  }
}

/** Removes the record of a run that need not be kept. Its undo log outranks that: while something in it is open, all stays for the next sweep. */
export function forget(session: Session, folder: RunFolder): void {
  if (!hasOpenUndo(folder)) session.store.discard(folder);
}

interface Writing {
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  readonly isAlone: boolean;
  writer: HistoryWriter | undefined;
  eventCount: number;
}

async function written(session: Session, resolved: ResolvedPlan, record: Writing): Promise<RunResult> {
  const { folder, signal } = record;
  const startMs = session.terminal.monotonicMs();
  const plan = withPhaseLengths(resolved.runtime.resolve(resolved.plan));
  const writer = folder.openHistory(plan, ownOwner());
  record.writer = writer;
  session.store.markLatest(folder);
  return await runPlan(
    { ...resolved, plan },
    {
      signal,
      onEvent: (event) => {
        record.eventCount++;
        writer.append(event);
        if (record.isAlone) session.progress.report(() => progressLine(plan, event, session.terminal.monotonicMs() - startMs));
      },
      judge: (history, ended, options) => judged(session, { history, ended, options, writer, folder, signal }),
    },
  );
}

function progressLine({ system, runtime }: Plan, { index, phase }: HistoryEvent, elapsedMs: number): string {
  return `${system} in ${runtime === "process" ? "processes" : "containers"}: ${phase}, ${counted(index + 1, "event")} recorded, ${duration(elapsedMs)}`;
}

interface Judging {
  readonly history: History;
  readonly ended: ResolvedPlan;
  readonly options: JudgeOptions;
  readonly writer: HistoryWriter;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
}

/** From the file, in a thread; here and now, from memory, if the file could not be written. */
async function judged(session: Session, { history, ended, options, writer, folder, signal }: Judging): Promise<Judged> {
  try {
    writer.close();
  } catch (error) {
    session.terminal.complain(`warning: ${visible(messageOf(error), 2000)}\n`);
    return judge(history, ended, options);
  }
  return await judgeStored(history, ended, { ...options, historyPath: folder.historyPath, signal });
}

/** The run failed: what it has recorded stays as a half history; a folder without any is removed. */
function leave(session: Session, { folder, writer, eventCount }: Writing): void {
  closeQuietly(writer);
  if (eventCount > 0 || hasOpenUndo(folder)) folder.writeEnded();
  else session.store.discard(folder);
}

function hasOpenUndo(folder: RunFolder): boolean {
  const path = join(folder.path, "undo.jsonl");
  return existsSync(path) && readUndoFile(path).open.length > 0;
}

/** The error on the way, or the judgement from memory, says more than that the rest of the history could not be written. */
function closeQuietly(writer: HistoryWriter | undefined): void {
  try {
    writer?.close();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
