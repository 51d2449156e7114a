// The undo log of one run, `undo.jsonl`: what would undo an act is on the disk before the act. For everything that breaks something outside this process.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EnvironmentError } from "../../../harness/errors.ts";
import { identifyProcess } from "./process-identity.ts";
import { undoSchema, type UndoAction, type UndoDone, type UndoEntry, type UndoHeader } from "./undo-entry.ts";

/** Where an injector notes what it is about to do. */
export interface UndoJournal {
  /** Returns when the note is on the disk; only then may the act be done. @throws EnvironmentError if it cannot be written: then do not act */
  before(undo: UndoAction): UndoNote;
}

/** One act that was noted. */
export interface UndoNote {
  /** The act was undone, or never happened. Idempotent. */
  done(): void;
}

/**
 * Writes one new log. Every note is one write and one fsync: about as dear as the disk is slow. A log that cannot be
 * written refuses all further notes, because a line after a torn one could be lost with it.
 */
export class UndoLog {
  readonly path: string;
  readonly #descriptor: number;
  readonly #open = new Map<number, UndoEntry>();
  #nextId = 1;
  #state: "open" | "failed" | "closed" = "open";

  /** @throws EnvironmentError if the file is there already, cannot be created, or the owner cannot be identified (Windows) */
  constructor(path: string, options: { readonly runId: string }) {
    const owner = identifyProcess(process.pid);
    if (owner === undefined) throw new EnvironmentError("this machine has neither /proc nor ps to tell processes apart", "run on Linux or macOS");
    this.path = path;
    this.#descriptor = createFile(path);
    const header: UndoHeader = { schema: undoSchema, runId: options.runId, owner };
    this.#write(header);
    fsyncDirectory(dirname(path));
  }

  /** What was noted and is not done, oldest first. */
  get open(): readonly UndoEntry[] {
    return [...this.#open.values()];
  }

  /** The journal of one fault. `mechanism`: signal, vdso, file ... */
  journal(faultId: string, mechanism: string): UndoJournal {
    return { before: (undo) => this.#note({ id: this.#nextId++, faultId, mechanism, undo, done: false }) };
  }

  /** Marks an entry as undone, by its number. Unknown and finished ones are ignored. */
  done(id: number): void {
    if (!this.#open.has(id)) return;
    this.#write({ id, done: true });
    this.#open.delete(id);
  }

  /** Closes the file; what is open stays for a sweep. Idempotent. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    closeSync(this.#descriptor);
  }

  #note(entry: UndoEntry): UndoNote {
    this.#write(entry);
    this.#open.set(entry.id, entry);
    return { done: () => this.done(entry.id) };
  }

  #write(line: UndoHeader | UndoEntry | UndoDone): void {
    if (this.#state !== "open") throw new EnvironmentError(`the undo log ${this.path} is ${this.#state}`, "look at the disk, and start again");
    try {
      appendDurably(this.#descriptor, `${JSON.stringify(line)}\n`);
    } catch (cause) {
      this.#state = "failed";
      closeSync(this.#descriptor);
      throw new EnvironmentError(`the undo log ${this.path} cannot be written`, "make room on the disk, and start again", { cause });
    }
  }
}

/** Appends all of the text and waits until the disk has it. */
export function appendDurably(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  fsyncSync(descriptor);
}

function createFile(path: string): number {
  try {
    return openSync(path, "ax", 0o600);
  } catch (cause) {
    throw new EnvironmentError(`the undo log ${path} cannot be created`, "give every run a folder of its own that can be written", { cause });
  }
}

function fsyncDirectory(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
