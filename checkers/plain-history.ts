// Histories from a plain list of operations with the times of their calls and answers. For users of the checkers as a library.
import { UsageError } from "../harness/errors.ts";
import { HistoryBuilder } from "../harness/history.ts";
import type { History, NewEvent } from "../harness/history.ts";
import type { Json } from "../harness/json.ts";
import type { Input, NodeName, OutcomeType, Phase } from "../harness/operation.ts";

/** What a client asked, when, and what it was told. Times are of one clock that all clients share, in any unit: only their order counts. */
export interface PlainOperation<I extends Input = Input, O extends Json = Json> {
  /** Whole number from 0. A process asks one thing at a time. */
  readonly process: number;
  readonly input: I;
  /** Before the call. */
  readonly start: number;
  /** After the answer, the refusal, or the moment at which the client gave up. Undefined or Infinity: it never heard anything. */
  readonly end?: number | undefined;
  /** The answer. Without it nobody knows whether the operation took effect, unless `type` says so. */
  readonly output?: O | undefined;
  /** `fail`: it certainly had no effect. Default: `ok` with an output, else `info`. */
  readonly type?: OutcomeType | undefined;
  /** The node that was asked, for checkers that tell nodes apart. */
  readonly node?: NodeName | undefined;
  /** `final`: after all faults had healed, for promises that hold then. Default `faults`: nothing is known to have healed. */
  readonly phase?: Phase | undefined;
}

/**
 * The history in which these operations happened, in any order given. Equal times count as concurrent: a clock too coarse to
 * tell two moments apart must not accuse anybody. So what begins at the very moment at which the same process was
 * answered goes on under a new process number, and so does whatever a process asks after an operation of unknown outcome.
 * O(n log n).
 * @throws UsageError with the position in the list if times are none, an answer has no end, or a process does two things at once
 */
export function historyOf<I extends Input, O extends Json>(operations: readonly PlainOperation<I, O>[]): History<I, O> {
  const calls = operations.map((operation, position) => callOf(operation, position)).toSorted((one, other) => one.start - other.start || one.end - other.end);
  const processes = processesOf(calls);
  const builder = new HistoryBuilder();
  for (const { event } of calls.flatMap((call, index) => momentsOf(call, processes[index] ?? 0)).toSorted(inOrder)) builder.append(event);
  // Operations are numbered in order of invocation, which is that of the calls; inputs and outputs are those given, with their types.
  return builder.build().decode<I, O>(({ output: _untyped, ...operation }) => {
    const call = calls[operation.id];
    if (call === undefined) throw new Error(`Assertion failed: there is no call ${operation.id}`);
    return { ...operation, input: call.input, ...(call.type === "ok" && call.output !== undefined ? { output: call.output } : {}) };
  });
}

interface Call<I extends Input, O extends Json> {
  readonly node: NodeName | undefined;
  readonly phase: Phase;
  readonly position: number;
  readonly process: number;
  readonly input: I;
  readonly type: OutcomeType;
  readonly output: O | undefined;
  readonly start: number;
  /** Infinity: never. */
  readonly end: number;
}

function callOf<I extends Input, O extends Json>(operation: PlainOperation<I, O>, position: number): Call<I, O> {
  const { process, input, start, end = Infinity, output, type = output === undefined ? "info" : "ok", node, phase = "faults" } = operation;
  const call: Call<I, O> = { position, process, input, type, output, start, end, node, phase };
  const problem = problemOf(call);
  if (problem === undefined) return call;
  throw brokenOperation(position, problem);
}

function problemOf<I extends Input, O extends Json>({ process, input, type, output, start, end }: Call<I, O>): string | undefined {
  if (!Number.isSafeInteger(process) || process < 0) return `process must be a whole number from 0, found ${String(process)}`;
  if (typeof input.f !== "string") return `input needs an f, the name of what it does`;
  if (!Number.isFinite(start)) return `start must be a time, found ${String(start)}`;
  // Also false for NaN.
  if (!(end >= start)) return `end must be a time that is not before start (${start}), found ${String(end)}`;
  if (type !== "info" && end === Infinity) return `an operation that was answered has an end`;
  if (type === "ok" && output === undefined) return `an operation that is ok has an output (null if it says nothing)`;
  return type !== "ok" && output !== undefined ? `an operation with an output is ok, found ${type}` : undefined;
}

function brokenOperation(position: number, problem: string): UsageError {
  return new UsageError(
    "broken-history",
    `Operation ${position} of the list: ${problem}.`,
    "Take start before the call and end after the answer, both from one clock, and leave out what is not known.",
  );
}

/** The process number of each call: its own while it can be followed, then a new one. */
function processesOf<I extends Input, O extends Json>(calls: readonly Call<I, O>[]): number[] {
  const current = new Map<number, { readonly number: number; readonly last: Call<I, O> }>();
  let highest = calls.reduce((most, { process }) => Math.max(most, process), -1);
  return calls.map((call) => {
    const before = current.get(call.process);
    if (before !== undefined && before.last.end < Infinity && before.last.end > call.start)
      throw brokenOperation(call.position, `process ${call.process} was still busy with operation ${before.last.position}`);
    const isFollowed = before === undefined || (before.last.type !== "info" && before.last.end < call.start);
    const number = isFollowed ? (before?.number ?? call.process) : ++highest;
    current.set(call.process, { number, last: call });
    return number;
  });
}

interface Moment {
  readonly time: number;
  readonly isAnswer: boolean;
  readonly event: NewEvent;
}

function momentsOf<I extends Input, O extends Json>({ input, type, output, start, end, node, phase }: Call<I, O>, process: number): Moment[] {
  const { f, ...value } = input;
  const shared = { process, f, phase, ...(node === undefined ? {} : { node }) };
  const invocation: Moment = { time: start, isAnswer: false, event: { ...shared, type: "invoke", timeNs: start, value } };
  if (end === Infinity) return [invocation];
  const outcome = type === "ok" ? { value: output ?? null } : { error: type === "fail" ? "it had no effect" : "nobody knows the outcome" };
  return [invocation, { time: end, isAnswer: true, event: { ...shared, type, timeNs: end, ...outcome } }];
}

function inOrder(one: Moment, other: Moment): number {
  return one.time - other.time || Number(one.isAnswer) - Number(other.isAnswer);
}
