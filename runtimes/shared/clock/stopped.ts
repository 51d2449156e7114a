// Stops every thread of a process, acts, and lets it go on whatever happens. For the patch.
import { readdirSync, readFileSync } from "node:fs";
import { codeOf, isRunning, readProcessStat, signalProcess, statOf, type ProcessIdentity } from "../undo/process-identity.ts";
import { resumeProcess } from "../undo/undo-entry.ts";
import type { UndoJournal } from "../undo/undo-log.ts";
import { VdsoError } from "./vdso-error.ts";

export interface StopOptions {
  /** How long the threads may take to stop. */
  readonly limitMs: number;
  /** Where the way back is noted before the stop. */
  readonly undo?: UndoJournal | undefined;
}

/**
 * Runs `act` while every thread of the process stands still. Blocks this thread: about 0.1 ms with an idle machine, and as
 * long as the process's threads wait for a processor with a busy one. A process that was stopped by somebody else stays so.
 * Whoever else continues the process meanwhile breaks the promise: faults of one process are carried out one after another.
 * @throws VdsoError would-not-stop, gone, no-access, and whatever `act` throws; the process runs again then, too
 */
export function whileStopped<T>(process: ProcessIdentity, options: StopOptions, act: (threads: readonly number[]) => T): T {
  const already = stoppedThreads(process);
  if (already !== undefined) return act(already);
  const note = options.undo?.before(resumeProcess(process));
  try {
    if (!send(process, "SIGSTOP")) throw new VdsoError("gone", `process ${process.pid} has ended`);
    return act(awaitStop(process, options.limitMs));
  } finally {
    send(process, "SIGCONT");
    note?.done();
  }
}

/** Where a stopped thread will go on. @throws VdsoError no-program-counter, no-access or gone */
export function programCounter(process: ProcessIdentity, thread: number): number {
  // "NUMBER ARGUMENTS... STACK COUNTER", "-1 STACK COUNTER", or for the instant between the mark and the halt "running".
  let text = "running";
  for (let look = 0; look < 1_000 && text === "running"; look++) text = readThread(process, thread);
  const counter = text.split(" ").at(-1) ?? "";
  if (!/^0x[0-9a-f]+$/.test(counter)) throw new VdsoError("no-program-counter", `thread ${thread} says ${JSON.stringify(text)}`);
  return Number.parseInt(counter, 16);
}

function readThread(process: ProcessIdentity, thread: number): string {
  try {
    return readFileSync(`/proc/${process.pid}/task/${thread}/syscall`, "latin1").trim();
  } catch (cause) {
    if (!isRunning(process)) throw new VdsoError("gone", `process ${process.pid} has ended`, { cause });
    const isForbidden = codeOf(cause) === "EACCES" || codeOf(cause) === "EPERM";
    throw new VdsoError(isForbidden ? "no-access" : "no-program-counter", `thread ${thread}: ${String(cause)}`, { cause });
  }
}

function awaitStop(process: ProcessIdentity, limitMs: number): readonly number[] {
  const end = performance.now() + limitMs;
  for (let round = 0; performance.now() < end; round++) {
    const threads = stoppedThreads(process);
    if (threads !== undefined) return threads;
    if (!isRunning(process)) throw new VdsoError("gone", `process ${process.pid} has ended`);
    // Threads that have to be scheduled before they can stop need the processor more than this loop does.
    if (round > 20) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.2);
  }
  throw new VdsoError("would-not-stop", `process ${process.pid} has threads that did not stop within ${limitMs} ms`);
}

/**
 * The live threads if all are stopped, else undefined. Two looks that find the same threads, all stopped: a thread that the
 * first look missed was begun by one that was not yet stopped, so the second look finds it, and the answer is undefined.
 */
function stoppedThreads(process: ProcessIdentity): readonly number[] | undefined {
  const first = lookAtThreads(process);
  const second = first === undefined ? undefined : lookAtThreads(process);
  return first?.join() === second?.join() && statOf(process) !== undefined ? second : undefined;
}

function lookAtThreads(process: ProcessIdentity): readonly number[] | undefined {
  const live: number[] = [];
  for (const thread of threadsOf(process)) {
    const state = readProcessStat(`${process.pid}/task/${thread}`)?.state;
    if (state === undefined || state === "Z" || state === "X") continue;
    if (state !== "T") return undefined;
    live.push(thread);
  }
  return live.length === 0 ? undefined : live;
}

function threadsOf(process: ProcessIdentity): readonly number[] {
  try {
    return readdirSync(`/proc/${process.pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function send(process: ProcessIdentity, signal: "SIGSTOP" | "SIGCONT"): boolean {
  try {
    return signalProcess(process, signal);
  } catch (cause) {
    throw new VdsoError("no-access", `${signal} to process ${process.pid}`, { cause });
  }
}
