// Files of the store: written whole or not at all, read without following links out of it. For `store.ts`.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { EnvironmentError, UsageError } from "./errors.ts";

/** Larger documents are not ours. Histories and traces are streamed and have no such limit. */
const documentLimitBytes: number = 256 * 1024 * 1024;

/**
 * Readers see the old content or the new one, never a part; after a power cut as well.
 * @throws EnvironmentError for a full disk, UsageError for a place where nothing may be written
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "wx");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (cause) {
    removeQuietly(temporary);
    throw writeTrouble(path, cause);
  }
}

/**
 * Creates the directory and its parents, one by one: the recursive form of Node turns for ever, deaf to Ctrl-C, where a
 * directory exists that takes no children, such as /proc.
 * @throws as `writeAtomically`
 */
export function makeDirectory(path: string): void {
  try {
    makeWithParents(path);
  } catch (cause) {
    throw writeTrouble(path, cause);
  }
}

function makeWithParents(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeWithParents(parent);
  try {
    mkdirSync(path);
  } catch (cause) {
    // Somebody else may have made it meanwhile, which is as good.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw cause;
  }
}

/** Creates the directory; answers false if something of that name is there. The parent must exist. @throws as `writeAtomically` */
export function claimDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    throw writeTrouble(path, cause);
  }
}

/** Undefined if there is no such file. Refuses links: a bundle from elsewhere must not show files of this machine. @throws UsageError */
export function readDocument(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    const reason = codeOf(cause) === "ELOOP" ? "it is a link" : reasonOf(cause);
    throw new UsageError("unreadable-file", `${path} cannot be read: ${reason}.`, "Check the path and its permissions.", { cause });
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new UsageError("unreadable-file", `${path} is not a file.`, "Check the path.");
    if (status.size > documentLimitBytes)
      throw new UsageError("unreadable-file", `${path} is larger than ${documentLimitBytes} bytes.`, "This is not a document of Faultline.");
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** @throws UsageError if it is not JSON */
export function parseDocument(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError("broken-document", `${path} is not JSON: ${reasonOf(cause)}.`, "Restore the file, or record the run again.", { cause });
  }
}

/** Names of the real directories (no links) directly below, sorted; none if there is no such directory. */
export function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return [];
    throw new UsageError(
      "unreadable-store",
      `The store ${path} cannot be read: ${reasonOf(cause)}.`,
      "Check the path and its permissions, or name another with --store DIR.",
      { cause },
    );
  }
}

/** True iff there is a real directory, not a link to one. */
export function isRealDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** What is wrong with writing there, for the user. */
export function writeTrouble(path: string, cause: unknown): UsageError | EnvironmentError {
  const code = codeOf(cause);
  const problem = `${path} cannot be written: ${reasonOf(cause)}.`;
  const isFull = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  if (isFull) return new EnvironmentError(problem, "Make room or name another place with --store DIR; what was judged so far stands.", { cause });
  return new UsageError("unwritable-store", problem, "Name a place that may be written with --store DIR.", { cause });
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The trouble that led here is the one to report; a left-over temporary file is replaced by the next write.
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
