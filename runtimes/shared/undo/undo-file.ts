// Reads an undo log back, whoever wrote it and however it ended. For replay and sweep.
import { readFileSync, statSync } from "node:fs";
import { decodeUndoLine, type UndoEntry, type UndoHeader } from "./undo-entry.ts";

/** A longer file is not one of ours. */
export const undoFileLimitBytes: number = 64 * 1024 * 1024;

export interface UndoFile {
  /** Undefined: the first line is no header, and nothing else was read. */
  readonly header: UndoHeader | undefined;
  /** What was noted and not undone, oldest first. */
  readonly open: readonly UndoEntry[];
  /** Lines that were skipped, and why. */
  readonly problems: readonly UndoProblem[];
}

export interface UndoProblem {
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  readonly reason: string;
}

/**
 * Never throws for what is in the file. The first of two entries with one number counts. A last line without its end is the
 * trace of a kill during the write: the act had not begun, because it waits for the fsync.
 * @throws the system's error if the file cannot be read
 */
export function readUndoFile(path: string): UndoFile {
  if (statSync(path).size > undoFileLimitBytes) return unusable({ line: 0, reason: `longer than ${undoFileLimitBytes} bytes` });
  const lines = readFileSync(path, "utf8").split("\n");
  const torn = lines.pop();
  const header = decodeUndoLine(lines[0] ?? "");
  if (header === undefined || !("schema" in header)) return unusable({ line: 1, reason: "no header of an undo log" });
  const reader = new LineReader();
  for (const [index, text] of lines.entries()) if (index > 0 && text !== "") reader.read(index + 1, text);
  if (torn !== undefined && torn !== "") reader.problems.push({ line: lines.length + 1, reason: "cut off: written while its owner was killed" });
  return { header, open: [...reader.open.values()], problems: reader.problems };
}

function unusable(problem: UndoProblem): UndoFile {
  return { header: undefined, open: [], problems: [problem] };
}

class LineReader {
  readonly open = new Map<number, UndoEntry>();
  readonly problems: UndoProblem[] = [];
  readonly #seen = new Set<number>();

  read(line: number, text: string): void {
    const reason = this.#take(text);
    if (reason !== undefined) this.problems.push({ line, reason });
  }

  #take(text: string): string | undefined {
    const entry = decodeUndoLine(text);
    if (entry === undefined) return "not a line of an undo log";
    if ("schema" in entry) return "a second header";
    if (entry.done) return this.#seen.has(entry.id) ? this.#finish(entry.id) : `done of ${entry.id}, which was never noted`;
    if (this.#seen.has(entry.id)) return `number ${entry.id} was noted before`;
    this.#seen.add(entry.id);
    this.open.set(entry.id, entry);
    return undefined;
  }

  #finish(id: number): undefined {
    this.open.delete(id);
  }
}
