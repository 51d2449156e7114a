// Turns the lines of a foreign history into events, and refuses what no recorder can have written. For the importers.
import { UsageError } from "../../harness/errors.ts";
import { HistoryBuilder } from "../../harness/history.ts";
import type { History } from "../../harness/history.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";

/**
 * What a compare-and-set that the file calls failed tells: `mismatch`, it ran and met another value (an observation that
 * must be explained); `absent`, it did not happen. The wrong meaning turns verdicts around, so every format has to say.
 */
export type FailedCas = "mismatch" | "absent";

/** One event of a foreign file. */
export interface ForeignEvent {
  /** Counted from 1. */
  readonly line: number;
  readonly process: number;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  /** Invocation: the arguments; `ok`: the output. */
  readonly value?: Json;
  readonly timeNs?: number;
}

/** A broken file: where, what was expected and what was there. */
export function brokenHistory(line: number, expected: string, found: string): UsageError {
  const shown = found.length > 80 ? `${found.slice(0, 80)}...` : found;
  return new UsageError(
    "broken-history",
    `line ${line}: expected ${expected}, found ${shown === "" ? "nothing" : `"${shown}"`}`,
    "Check that the file is complete and that --format names its format.",
  );
}

/**
 * The lines of a text whose format has no closing bracket. A file that was cut off inside its last line shows only by the
 * missing end of it: `o 1 ok 3` may once have been `o 1 ok 35`.
 */
export function completeLines(text: string): string[] {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  if (rest.trim() !== "") throw brokenHistory(lines.length + 1, "the end of the line", rest);
  return lines;
}

/** Collects events in the order of the file. A process has one open operation at most, and none after an indeterminate one. */
export class Recording {
  readonly #builder = new HistoryBuilder();
  readonly #open = new Map<number, ForeignEvent>();
  readonly #retired = new Set<number>();

  get isEmpty(): boolean {
    return this.#builder.length === 0;
  }

  add(event: ForeignEvent): void {
    const { line, process, type, f } = event;
    const open = this.#open.get(process);
    if (type === "invoke") {
      if (open !== undefined) throw brokenHistory(line, `a completion of process ${process}, whose ${open.f} of line ${open.line} is open`, `invoke ${f}`);
      if (this.#retired.has(process)) throw brokenHistory(line, `no more of process ${process}, whose last outcome is unknown`, `invoke ${f}`);
      this.#open.set(process, event);
    } else {
      if (open === undefined) throw brokenHistory(line, `an invocation of process ${process} before its completion`, `${type} ${f}`);
      if (open.f !== f) throw brokenHistory(line, `a completion of the ${open.f} that process ${process} invoked in line ${open.line}`, `${type} ${f}`);
      this.#open.delete(process);
      if (type === "info") this.#retired.add(process);
    }
    const value = event.value;
    this.#builder.append({ timeNs: event.timeNs ?? this.#builder.length * 1000, process, type, f, phase: "faults", ...(value === undefined ? {} : { value }) });
  }

  /** For formats that repeat the arguments in the completion. @throws UsageError if they are not those of the invocation */
  expectArguments(line: number, process: number, given: JsonObject): void {
    const invoked = this.#open.get(process)?.value;
    if (invoked === undefined) return; // `add` will say what is wrong
    const [expected, found] = [JSON.stringify(invoked), JSON.stringify(given)];
    if (expected !== found) throw brokenHistory(line, `the arguments of the invocation, ${expected}`, found);
  }

  /** @throws UsageError if there was not a single event: an empty file is more likely a wrong one than a valid history */
  finish<I extends Input, O extends Json>(): History<I, O> {
    if (this.isEmpty) throw brokenHistory(1, "at least one operation", "");
    // The boundary of the wire: the importers built every input and output of exactly these types.
    return this.#builder.build().decode((operation) => operation as unknown as Operation<I, O>);
  }
}
