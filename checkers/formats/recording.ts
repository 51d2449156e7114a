// Turns the lines of a foreign history into events, and refuses what no recorder can have written. For the readers.
import { HistoryBuilder } from "../../harness/history.ts";
import type { History, NewEvent } from "../../harness/history.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName, Phase } from "../../harness/operation.ts";
import { brokenHistory, shownText } from "./broken-history.ts";

/** What every event of an operation has. */
export interface ForeignEvent {
  /** Counted from 1. */
  readonly line: number;
  readonly process: number;
  /** In our words. */
  readonly f: string;
  readonly timeNs?: number | undefined;
  readonly node?: NodeName | undefined;
  /** Default: `faults`. */
  readonly phase?: Phase;
}

export interface ForeignInvocation extends ForeignEvent {
  /** The members of the input besides `f`. */
  readonly value: JsonObject;
}

/** How an operation ended, in the sense of our histories: `fail` did not happen. */
export type ForeignOutcome = { readonly type: "ok"; readonly output: Json } | { readonly type: "fail" | "info"; readonly error?: string | undefined };

/** Processes are 32-bit numbers in a history; larger ones would become others. */
const processLimit = 2 ** 31;

/** Collects events in the order of the file. A process has one open operation at most, and none after an indeterminate one. */
export class Recording {
  readonly #builder = new HistoryBuilder();
  readonly #open = new Map<number, ForeignInvocation>();
  readonly #retired = new Set<number>();
  #operationCount = 0;

  /** @throws UsageError if the process cannot have invoked anything now */
  invoke(event: ForeignInvocation): void {
    const { line, process, f, value } = event;
    if (!(process >= 0 && process < processLimit)) throw brokenHistory(line, "a process from 0 to 2147483647", String(process));
    const open = this.#open.get(process);
    if (open !== undefined) throw brokenHistory(line, `a completion of process ${process}, whose ${open.f} of line ${open.line} is open`, `invoke ${f}`);
    if (this.#retired.has(process)) throw brokenHistory(line, `no more of process ${process}, whose last outcome is unknown`, `invoke ${f}`);
    this.#open.set(process, event);
    this.#operationCount++;
    this.#append(event, { type: "invoke", value });
  }

  /** The open invocation of a process. @throws UsageError if there is none: `completion` names what claims to complete it */
  opened(line: number, process: number, completion: string): ForeignInvocation {
    const open = this.#open.get(process);
    if (open === undefined) throw brokenHistory(line, `an invocation of process ${process} before its completion`, completion);
    return open;
  }

  /** @throws UsageError unless the process has an open operation of the same function */
  complete(event: ForeignEvent, outcome: ForeignOutcome): void {
    const { line, process, f } = event;
    const open = this.opened(line, process, `${outcome.type} ${f}`);
    if (open.f !== f) throw brokenHistory(line, `a completion of the ${open.f} that process ${process} invoked in line ${open.line}`, `${outcome.type} ${f}`);
    this.#open.delete(process);
    if (outcome.type === "info") this.#retired.add(process);
    if (outcome.type === "ok") this.#append(event, { type: "ok", value: outcome.output });
    else this.#append(event, { type: outcome.type, ...(outcome.error === undefined ? {} : { error: outcome.error }) });
  }

  /** What is no operation: a fault, a fact of a node. */
  witness(event: NewEvent): void {
    this.#builder.append(event);
  }

  /** For formats that repeat the arguments in the completion. @throws UsageError if they are not those of the invocation */
  expectArguments(line: number, process: number, given: JsonObject): void {
    const invoked = this.#open.get(process)?.value;
    if (invoked === undefined) return; // `complete` will say what is wrong
    const [expected, found] = [JSON.stringify(invoked), JSON.stringify(given)];
    if (expected !== found) throw brokenHistory(line, `the arguments of the invocation, ${shownText(expected)}`, found);
  }

  /** @throws UsageError if there was not a single operation: an empty file is more likely a wrong one than a valid history */
  finish(): History {
    if (this.#operationCount === 0) throw brokenHistory(1, "at least one operation", "");
    return this.#builder.build();
  }

  #append({ process, f, timeNs, node, phase }: ForeignEvent, rest: Pick<NewEvent, "type" | "value" | "error">): void {
    const time = timeNs ?? this.#builder.length * 1000;
    this.#builder.append({ timeNs: time, process, f, phase: phase ?? "faults", ...(node === undefined ? {} : { node }), ...rest });
  }
}
