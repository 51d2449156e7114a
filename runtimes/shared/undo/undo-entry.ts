// What an undo log holds: who owns it, what would undo each act, what has been undone. Data from disk is decoded here and trusted nowhere.
import type { JsonObject, Json } from "../../../harness/json.ts";
import type { ProcessIdentity } from "./process-identity.ts";

export const undoSchema = "faultline.undo/1";

/** What undoes one act: a kind that some healer knows, and its data. Kinds of this house: see the functions below. */
export interface UndoAction {
  readonly kind: string;
  readonly data: JsonObject;
}

/** Lets a stopped process go on. */
export function resumeProcess(process: ProcessIdentity): UndoAction {
  return { kind: "resume-process", data: { process: { ...process } } };
}

/** Ends a process that was started for one run, whatever state it is in. */
export function killProcess(process: ProcessIdentity): UndoAction {
  return { kind: "kill-process", data: { process: { ...process } } };
}

/** Removes a folder that was made for one run, with all that is in it. An absolute path whose last part `runFolderName` has made. */
export function removeRunFolder(path: string): UndoAction {
  return { kind: "remove-run-folder", data: { path } };
}

/** Gives a process its own vDSO back. The bytes are not in the log but beside the stub in the process: a log cannot make anybody write code. */
export function restoreVdso(process: ProcessIdentity): UndoAction {
  return { kind: "restore-vdso", data: { process: { ...process } } };
}

/** Removes a file or a tree; the path is relative to the root that the healer was given. */
export function removePath(path: string): UndoAction {
  return { kind: "remove-path", data: { path } };
}

/** First line of a log. A log whose owner still runs is in use and not swept. */
export interface UndoHeader {
  readonly schema: typeof undoSchema;
  readonly runId: string;
  readonly owner: ProcessIdentity;
}

/** Written, and on the disk, before the act. */
export interface UndoEntry {
  readonly id: number;
  readonly faultId: string;
  /** How the fault is done: signal, vdso, file ... */
  readonly mechanism: string;
  readonly undo: UndoAction;
  readonly done: false;
}

/** Written after the act was undone. */
export interface UndoDone {
  readonly id: number;
  readonly done: true;
}

/** Undefined for anything else than a line of a log. */
export function decodeUndoLine(text: string): UndoHeader | UndoEntry | UndoDone | undefined {
  const line = parseObject(text);
  if (line === undefined) return undefined;
  return decodeHeader(line) ?? decodeEntry(line) ?? decodeDone(line);
}

/** Undefined unless it can be a process: no pid below 2, so that neither groups nor the init process are ever signalled. */
export function decodeProcess(value: Json | undefined): ProcessIdentity | undefined {
  if (!isObject(value)) return undefined;
  const { pid, startTime, boot } = value;
  const isProcess = typeof pid === "number" && Number.isSafeInteger(pid) && pid > 1 && typeof startTime === "string" && typeof boot === "string";
  return isProcess ? { pid, startTime, boot } : undefined;
}

function decodeHeader(line: JsonObject): UndoHeader | undefined {
  const { schema, runId } = line;
  const owner = decodeProcess(line["owner"]);
  return schema === undoSchema && typeof runId === "string" && owner !== undefined ? { schema, runId, owner } : undefined;
}

function decodeEntry(line: JsonObject): UndoEntry | undefined {
  const { id, faultId, mechanism, undo, done } = line;
  if (!isId(id) || typeof faultId !== "string" || typeof mechanism !== "string" || done !== false || !isObject(undo)) return undefined;
  const { kind, data } = undo;
  return typeof kind === "string" && isObject(data) ? { id, faultId, mechanism, undo: { kind, data }, done } : undefined;
}

function decodeDone(line: JsonObject): UndoDone | undefined {
  const { id, done } = line;
  return isId(id) && done === true ? { id, done } : undefined;
}

function isId(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    // The one decode boundary: JSON.parse gives JSON, and every field is looked at before it is used.
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
