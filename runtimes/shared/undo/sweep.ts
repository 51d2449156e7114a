// Heals what undo logs left open, newest first: at the end of a run its own, at the start of a run those of killed harnesses.
import { closeSync, lstatSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Healer, Healing } from "./healers.ts";
import { codeOf, isElsewhere, isRunning } from "./process-identity.ts";
import type { UndoEntry } from "./undo-entry.ts";
import { readUndoFile, type UndoProblem } from "./undo-file.ts";
import { appendDurably, type UndoLog } from "./undo-log.ts";

/** What became of one open entry. */
export interface Healed {
  readonly entry: UndoEntry;
  readonly healing: Healing;
}

export interface Sweep {
  readonly path: string;
  /** in-use: its owner still runs, nothing was touched; elsewhere: it may run, in another container. unusable: not an undo log. */
  readonly state: "swept" | "in-use" | "elsewhere" | "unusable";
  /** In the order in which it was tried. */
  readonly healed: readonly Healed[];
  /** Lines that were skipped, and why. */
  readonly problems: readonly UndoProblem[];
}

/** True if something that a log asks for could not be done: a run under which this happens is unknown, never valid. */
export function isUnhealed(healed: readonly Healed[]): boolean {
  return healed.some(({ healing }) => healing.outcome === "refused" || healing.outcome === "failed");
}

/** Heals all that is open in a log of this process, newest first, and marks it done. One failure does not stop the others. */
export async function replayUndo(log: UndoLog, healers: readonly Healer[]): Promise<readonly Healed[]> {
  return await healInReverse(log.open, healers, (id) => log.done(id));
}

/**
 * Heals what the logs of dead owners left open, logs and entries newest first as given, and marks it done in them. Logs
 * whose owner runs are left alone. What was refused or failed stays open. Idempotent; two sweeps at once do no harm.
 */
export async function sweepUndo(paths: readonly string[], healers: readonly Healer[]): Promise<readonly Sweep[]> {
  const sweeps: Sweep[] = [];
  for (const path of paths) sweeps.push(await sweepOne(path, healers));
  return sweeps;
}

/** The files called `undo.jsonl` in this folder and in the folders directly in it, sorted; links are not followed. None if there is no such folder. */
export function findUndoLogs(folder: string): readonly string[] {
  const folders = [folder, ...entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []))];
  return folders.map((each) => join(each, "undo.jsonl")).filter(isPlainFile);
}

async function sweepOne(path: string, healers: readonly Healer[]): Promise<Sweep> {
  try {
    const file = readUndoFile(path);
    if (file.header === undefined) return { path, state: "unusable", healed: [], problems: file.problems };
    const { owner } = file.header;
    if (isRunning(owner)) return { path, state: "in-use", healed: [], problems: file.problems };
    if (isElsewhere(owner)) return { path, state: "elsewhere", healed: [], problems: file.problems };
    return { path, state: "swept", healed: await healFile(path, file.open, healers), problems: file.problems };
  } catch (error) {
    return { path, state: "unusable", healed: [], problems: [{ line: 0, reason: String(error) }] };
  }
}

async function healFile(path: string, open: readonly UndoEntry[], healers: readonly Healer[]): Promise<readonly Healed[]> {
  if (open.length === 0) return [];
  const descriptor = openSync(path, "a");
  try {
    // The empty line parts what follows from a line that was cut off by the kill.
    return await healInReverse(open, healers, (id) => appendDurably(descriptor, `\n${JSON.stringify({ id, done: true })}\n`));
  } finally {
    closeSync(descriptor);
  }
}

async function healInReverse(open: readonly UndoEntry[], healers: readonly Healer[], done: (id: number) => void): Promise<readonly Healed[]> {
  const healed: Healed[] = [];
  for (const entry of open.toReversed()) healed.push({ entry, healing: await healEntry(entry, healers, done) });
  return healed;
}

async function healEntry(entry: UndoEntry, healers: readonly Healer[], done: (id: number) => void): Promise<Healing> {
  const healer = healers.find(({ kind }) => kind === entry.undo.kind);
  if (healer === undefined) return { outcome: "refused", reason: `nobody here undoes ${JSON.stringify(entry.undo.kind)}` };
  try {
    const healing = await healer.heal(entry.undo.data);
    if (healing.outcome === "healed" || healing.outcome === "needless") done(entry.id);
    return healing;
  } catch (error) {
    return { outcome: "failed", reason: String(error) };
  }
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
