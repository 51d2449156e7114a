// Judges that every system has without writing any: recovery, core liveness, no uncaught exception, operations that end.
// They look at the history alone. In real time a slow machine could be the reason: there they accuse only beyond ten times
// the bound, and only if no event loop stalled (`real-time.ts`).
import { isolationId } from "./core-liveness.ts";
import type { FaultEvent, History } from "./history.ts";
import { showFact, textOf } from "./invariant-watch.ts";
import type { Judgement } from "./judgement.ts";
import type { NodeName, Operation } from "./operation.ts";
import { lagLimitMs, largestLagMs, lastOf, patience, repeatedReadsFact } from "./real-time.ts";
import type { Evidence, ShownOperation } from "./verdict.ts";
import { isUnanswered } from "./unanswered.ts";

export interface BuiltInContext {
  readonly isSimulation: boolean;
  /** Only a completed run can be blamed for what is missing from it. */
  readonly isCompleted: boolean;
  readonly coreLivenessMs: number;
}

type BuiltIn = (history: History, context: BuiltInContext) => Judgement;

const builtIns: Readonly<Record<string, BuiltIn>> = {
  recovery,
  "core-liveness": coreLiveness,
  "no-uncaught-exception": noUncaughtException,
  "operations-end": operationsEnd,
};

/** The names after `built-in:`. */
export const builtInNames: readonly string[] = Object.keys(builtIns);

/** All built-in judgements of a run, by `built-in:ID`. */
export function builtInJudgements(history: History, context: BuiltInContext): ReadonlyMap<string, Judgement> {
  return new Map(Object.entries(builtIns).map(([name, judge]) => [`built-in:${name}`, judge(history, context)]));
}

/** A1: after the final heal and the quiet time every operation is ok; in real time, at the latest after ten times as long. */
function recovery(history: History, context: BuiltInContext): Judgement {
  const final = history.operations.filter(({ phase }) => phase === "final");
  if (final.length === 0) return notExercised("no operation was made after the final heal");
  const repeated = lastOf(history, repeatedReadsFact);
  const missing = final.filter(({ type }) => type !== "ok");
  if (missing.length === 0) return valid(`all ${final.length} operations after the final heal are ok`);
  if (repeated === undefined) return accusation(context, withEvidence("recovery", notOk(missing, final, "the quiet time"), missing));
  const late = final.filter(({ invokedIndex }) => invokedIndex > repeated.index);
  const stillMissing = late.filter(({ type }) => type !== "ok");
  if (late.length > 0 && stillMissing.length === 0)
    return valid(`all ${late.length} operations were ok within ${patience} times the quiet time, ${missing.length} earlier ones were not`);
  return blamed(history, context, withEvidence("recovery", notOk(stillMissing, late, `${patience} times the quiet time`), stillMissing));
}

function notOk(missing: readonly Operation[], all: readonly Operation[], limit: string): string {
  return `${missing.length} of ${all.length} operations after the final heal and ${limit} are not ok`;
}

/** A3: every operation ends by its time limit, by the client's own doing. */
function operationsEnd(history: History, context: BuiltInContext): Judgement {
  if (history.operations.length === 0) return notExercised("there was no operation");
  const hanging = history.operations.filter(({ error, completedNs }) => isUnanswered(error) || (context.isCompleted && completedNs === Infinity));
  if (hanging.length === 0) return valid(`all ${history.operations.length} operations ended by themselves`);
  const bound = context.isSimulation ? "their time limit" : `${patience} times their time limit`;
  const found = withEvidence("operations-end", `${hanging.length} of ${history.operations.length} operations had no end within ${bound}`, hanging);
  return context.isSimulation ? accusation(context, found) : blamed(history, context, found);
}

/** No node died of an exception that it did not catch. Nodes that end themselves by `crash(reason)` are within their rights. */
function noUncaughtException(history: History, { isCompleted }: BuiltInContext): Judgement {
  const deaths = history.facts.filter(({ kind, data }) => kind === "node.died" && data["isUncaught"] === true);
  const [first] = deaths;
  if (first === undefined) return isCompleted || history.length > 0 ? valid("no node died of an uncaught exception") : notExercised("nothing happened");
  const why = `${first.node} died of an uncaught exception: ${textOf(first.data["reason"])}`;
  return { word: "invalid", why, evidence: [{ kind: "conflicting-facts", invariant: "no-uncaught-exception", explanation: why, facts: deaths.map(showFact) }] };
}

/** While all but a quorum was cut off or down for good, every node of the quorum answered an operation. */
function coreLiveness(history: History, context: BuiltInContext): Judgement {
  const events = history.faults;
  const isolation = events.find(({ id, action }) => id === isolationId && action === "inject");
  if (isolation === undefined) return notExercised("the run had no core-liveness phase");
  const operations = history.operations.filter(({ phase }) => phase === "core-liveness");
  const silent = coreNodes(isolation).filter((node) => !operations.some((operation) => operation.node === node && operation.type === "ok"));
  if (silent.length === 0) return valid("every node of the core answered");
  const disturbance = events.find(({ action, id, index }) => action === "inject" && id !== isolationId && index > isolation.index);
  if (disturbance !== undefined) return unknown(`the fault ${disturbance.id} struck during the core-liveness phase`);
  return silence(silent, operations, { ...context, fromNs: isolation.timeNs });
}

/** Accuses only if the silent node was still being asked in the second half of its time: a generator may be sparse. */
function silence(silent: readonly NodeName[], operations: readonly Operation[], context: BuiltInContext & { readonly fromNs: number }): Judgement {
  const halfNs = context.fromNs + context.coreLivenessMs * 5e5;
  const blamed = silent.find((node) => operations.some((operation) => operation.node === node && operation.invokedNs >= halfNs));
  if (blamed === undefined) return unknown(`${silent.join(", ")} was not asked often enough to say`);
  const why = `${blamed} of the healed quorum answered nothing within ${context.coreLivenessMs} ms, with all other nodes cut off or down`;
  return accusation(context, {
    why,
    evidence: [
      missingResponse(
        "core-liveness",
        why,
        operations.filter(({ node }) => node === blamed),
      ),
    ],
  });
}

function coreNodes({ detail }: FaultEvent): readonly NodeName[] {
  const core = detail["core"];
  return Array.isArray(core) ? core.map(String) : [];
}

/** A liveness violation, if this run may be blamed for one. */
function accusation({ isCompleted, isSimulation }: BuiltInContext, { why, evidence }: Pick<Judgement, "why" | "evidence">): Judgement {
  if (!isCompleted) return { word: "unknown", why: `${why}, but the run was not completed`, evidence };
  if (!isSimulation) return { word: "unknown", why: `${why}; in real time that may be the machine: repeat it in simulation`, evidence };
  return { word: "invalid", why, evidence };
}

/** The same in real time, for what took longer than the stretched limit: only a machine that was never busy lets it accuse. */
function blamed(history: History, context: BuiltInContext, { why, evidence }: Pick<Judgement, "why" | "evidence">): Judgement {
  const lagMs = largestLagMs(history);
  if (!context.isCompleted || lagMs === undefined) return accusation(context, { why, evidence });
  if (lagMs >= lagLimitMs) return { word: "unknown", why: `${why}, but an event loop stalled for ${Math.round(lagMs)} ms: the machine was busy`, evidence };
  return { word: "invalid", why, evidence };
}

function withEvidence(property: string, why: string, operations: readonly Operation[]): Pick<Judgement, "why" | "evidence"> {
  return { why, evidence: [missingResponse(property, why, operations)] };
}

function missingResponse(property: string, explanation: string, operations: readonly Operation[]): Evidence {
  return { kind: "missing-response", property, explanation, operations: operations.slice(0, shownCount).map(showOperation) };
}

/** Evidence is for people; the rest is counted in its explanation. */
const shownCount = 20;

function showOperation({ id, process, node, input, type, output, error, invokedNs, completedNs }: Operation): ShownOperation {
  const { f, ...rest } = input;
  return {
    id,
    process,
    ...(node === undefined ? {} : { node }),
    text: Object.keys(rest).length === 0 ? f : `${f} ${JSON.stringify(rest)}`,
    type,
    result: type === "ok" ? `-> ${JSON.stringify(output)}` : (error ?? ""),
    invokedNs,
    completedNs: completedNs === Infinity ? null : completedNs,
  };
}

function valid(why: string): Judgement {
  return { word: "valid", why, evidence: [] };
}

function unknown(why: string): Judgement {
  return { word: "unknown", why, evidence: [] };
}

function notExercised(why: string): Judgement {
  return { word: "not-exercised", why, evidence: [] };
}
