// `history.jsonl`, the truth about a run: written as the run goes, so that it outlives a crash of the harness, and read
// back in one stream. For the store, `check` and the merging of results.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
// Imported, not taken from the globals: the simulation guards those against use inside nodes.
import { setImmediate } from "node:timers";
import { EnvironmentError, UsageError } from "./errors.ts";
import { HistoryBuilder, type History, type HistoryEvent } from "./history.ts";
import { HistoryLines, historySchema, type HistoryHeader } from "./history-lines.ts";

/** A line that is longer than this is refused: no operation of ours can be (a body has at most 16 MiB). */
export const lineLimitBytes: number = 40 * 1024 * 1024;

const flushBytes = 64 * 1024;
const readBytes = 1024 * 1024;
const newline = 0x0a;

/**
 * Appends events to a new file. What was appended is with the operating system at the end of the turn of the event loop
 * (or after 64 KiB), so a crash of the harness loses nothing but that turn; `close` also makes it survive a power cut.
 */
export class HistoryWriter {
  readonly #path: string;
  #descriptor: number | undefined;
  #pending: string[] = [];
  #pendingLength = 0;
  #isFlushPlanned = false;
  #failure: EnvironmentError | undefined;

  /** @throws EnvironmentError if the file cannot be created, or is there already */
  constructor(path: string, header: { readonly planHash: string }) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, "wx");
    } catch (cause) {
      throw unwritable(path, cause);
    }
    const line: HistoryHeader = { schema: historySchema, planHash: header.planHash, timeUnit: "ns" };
    this.#push(JSON.stringify(line));
    this.flush();
  }

  /** What stopped the writing, e.g. a full disk. The file then ends at the last whole write; `close` throws it. */
  get failure(): EnvironmentError | undefined {
    return this.#failure;
  }

  /** Never throws for trouble with the disk: the run goes on in memory and is judged; `close` reports the trouble. */
  append(event: HistoryEvent): void {
    if (this.#failure !== undefined) return;
    const { index, timeNs, process, type, f, node, phase, value, error } = event;
    this.#push(JSON.stringify({ index, timeNs, process, type, f, node, phase, value, error }));
    if (this.#pendingLength >= flushBytes) this.flush();
    else this.#planFlush();
  }

  /** Hands over to the operating system what is pending. */
  flush(): void {
    if (this.#pending.length === 0 || this.#descriptor === undefined || this.#failure !== undefined) return;
    const bytes = Buffer.from(this.#pending.join(""), "utf8");
    this.#pending = [];
    this.#pendingLength = 0;
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    } catch (cause) {
      // Nothing is written after a hole: the reader ignores a torn last line, but not one in the middle.
      this.#failure = unwritable(this.#path, cause);
    }
  }

  /** Flushes, makes the file durable and closes it. Idempotent. @throws EnvironmentError if any write failed */
  close(): void {
    if (this.#descriptor === undefined) return;
    this.flush();
    try {
      fsyncSync(this.#descriptor);
    } catch (cause) {
      this.#failure ??= unwritable(this.#path, cause);
    }
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #push(line: string): void {
    this.#pending.push(line, "\n");
    this.#pendingLength += line.length + 1;
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.flush();
    });
  }
}

/** Writes a finished history at once. @throws EnvironmentError */
export function writeHistory(path: string, history: History, header: { readonly planHash: string }): void {
  const writer = new HistoryWriter(path, header);
  for (const event of history.events()) writer.append(event);
  writer.close();
}

export interface StoredHistory {
  readonly header: HistoryHeader;
  /** `isCut` iff the last line had no newline; that line is left out. */
  readonly history: History;
}

/**
 * Reads a history in one pass, in bounded memory beside the history itself.
 * @throws UsageError for a missing file, a foreign header, a broken line (with its number and what was expected)
 */
export async function readHistory(path: string): Promise<StoredHistory> {
  const file = await opened(path);
  try {
    const lines = new HistoryLines(path);
    const builder = new HistoryBuilder(65_536);
    let header: HistoryHeader | undefined;
    const isCut = await eachLine(file, lines, (line) => {
      if (header === undefined) header = lines.header(line);
      else builder.append(lines.event(line));
    });
    if (header === undefined)
      throw new UsageError("broken-history", `${path} has no header line.`, "The file must begin with the header of a Faultline history.");
    return { header, history: builder.build({ isCut }) };
  } finally {
    await file.close();
  }
}

/** Calls back for every line that ends with a newline. Answers whether something without one was left. */
async function eachLine(file: FileHandle, lines: HistoryLines, onLine: (line: Buffer) => void): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(readBytes);
  let rest: Buffer[] = [];
  let restLength = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, readBytes, null);
    if (bytesRead === 0) return restLength > 0;
    let start = 0;
    for (let end = chunk.indexOf(newline, start); end >= 0 && end < bytesRead; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end);
      onLine(restLength === 0 ? line : Buffer.concat([...rest, line]));
      [rest, restLength, start] = [[], 0, end + 1];
    }
    if (start < bytesRead) rest.push(Buffer.from(chunk.subarray(start, bytesRead)));
    restLength += bytesRead - start;
    if (restLength > lineLimitBytes) throw tooLong(lines);
  }
}

function tooLong(lines: HistoryLines): UsageError {
  const problem = `The line after line ${lines.line} is longer than ${lineLimitBytes} bytes; this is not a history of Faultline.`;
  return new UsageError("broken-history", problem, "Check whether it is the right file.");
}

async function opened(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    const isFile = (await file.stat()).isFile();
    if (isFile) return file;
    await file.close();
  } catch (cause) {
    throw new UsageError("no-history", `The history ${path} cannot be read: ${reasonOf(cause)}.`, "Check the path; `faultline list` shows the stored runs.", {
      cause,
    });
  }
  throw new UsageError("no-history", `${path} is not a file.`, "Name a history.jsonl, or the run that holds it.");
}

function unwritable(path: string, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    `The history ${path} cannot be written: ${reasonOf(cause)}.`,
    "Make room or name another place with --store DIR; the verdict of this run stands.",
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
