// Watches: some clients change keys, others follow the feed from where they left off. For stores with a change feed.
import { watchChecker } from "../checkers/watch.ts";
import type { WatchInput, WatchOutput } from "../checkers/watch-history.ts";
import type { Generator, GeneratorContext } from "../harness/generator.ts";
import { any } from "../harness/generators/choices.ts";
import { onNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import type { Json } from "../harness/json.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload, type WorkloadOptions } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold } from "./unfold.ts";
import { decoder, isAbsentOr, isDecimalText, isObject, isText, isTextOrNull } from "./vocabulary.ts";

export type { WatchEvent, WatchInput, WatchOutput } from "../checkers/watch-history.ts";

const functions = {
  put: "key, value (unique in a run) -> { revision }, a decimal",
  delete: "key -> { revision }, null if there was nothing",
  watch: "from (a revision) -> { events: [{ revision, key, value or null }], next, compacted? }: all changes from `from` up to, not including, `next`",
};

/** A third of the clients watch, each from where its last answer ended, also at another node; feeds of all nodes are read to their ends at last. */
export const watchWorkload: Workload = defineWorkload<WatchInput, WatchOutput>({
  name: "watch",
  text: "Clients change a few keys while others follow the changes from revision to revision.",
  functions,
  generator: watchGenerator,
  finalGenerator: ({ nodes }) => any(...nodes.map((node) => onNode(node, feedReader()))),
  decode: decoder("watch", functions, isWatchOperation),
  checker: watchChecker(),
});

/** Where each watching slot goes on. */
type Resumption = Readonly<Record<number, string>>;

function watchGenerator({ rateHz, clientCount, parameters }: WorkloadOptions): Generator<WatchInput> {
  const { keyCount } = integersOf("watch", parameters, { keyCount: { fallback: 3, minimum: 1, maximum: 1000 } });
  const watcherCount = Math.max(1, Math.floor(clientCount / 3));
  const operations = unfold<Resumption, WatchInput>(
    {},
    {
      next(nextOf, { random, free, nodes }, serial) {
        const process = random.pick(free, "process");
        const slot = process % clientCount;
        // With a single client that one takes turns.
        if (slot < watcherCount && (clientCount > 1 || random.chance(0.4, "watch"))) {
          const node = random.chance(0.3, "move") ? { node: random.pick(nodes, "node") } : {};
          return { invoke: { input: { f: "watch", from: nextOf[slot] ?? "0" }, process, ...node }, state: nextOf };
        }
        return { invoke: { input: drawChange(random, keyCount, `${process}.${serial}`), process }, state: nextOf };
      },
      completed(nextOf, { process, input, outcome }) {
        const next = input.f === "watch" && outcome.type === "ok" ? nextRevision(outcome.output) : undefined;
        return next === undefined ? nextOf : { ...nextOf, [process % clientCount]: next };
      },
    },
  );
  return stagger(rateHz, operations);
}

function drawChange(random: GeneratorContext["random"], keyCount: number, value: string): WatchInput {
  const key = `k${random.below(keyCount, "key")}`;
  return random.chance(0.15, "delete") ? { f: "delete", key } : { f: "put", key, value };
}

/** Gives up on a feed after so many operations that were not ok. */
const patience = 3;

interface FeedState {
  readonly from: string;
  /** The process whose answer is awaited: siblings' events are not ours. */
  readonly awaited: number | undefined;
  readonly missedCount: number;
  readonly isAtEnd: boolean;
}

/** Reads a feed from its beginning until an answer brings nothing new. */
function feedReader(): Generator<WatchInput> {
  const initial: FeedState = { from: "0", awaited: undefined, missedCount: 0, isAtEnd: false };
  return unfold<FeedState, WatchInput>(initial, {
    next(state, { free }) {
      if (state.isAtEnd || state.missedCount >= patience) return "done";
      const [process] = free;
      if (state.awaited !== undefined || process === undefined) return "wait-for-event";
      return { invoke: { input: { f: "watch", from: state.from }, process }, state: { ...state, awaited: process } };
    },
    completed(state, { process, outcome }) {
      if (process !== state.awaited) return state;
      const next = outcome.type === "ok" ? nextRevision(outcome.output) : undefined;
      if (next === undefined) return { ...state, awaited: undefined, missedCount: state.missedCount + 1 };
      return { from: next, awaited: undefined, missedCount: 0, isAtEnd: next === state.from };
    },
  });
}

function nextRevision(output: Json): string | undefined {
  const next = isObject(output) ? output["next"] : undefined;
  return isDecimalText(next) ? next : undefined;
}

function isWatchOperation(operation: Operation): operation is Operation<WatchInput, WatchOutput> {
  const { input, output } = operation;
  if (input.f === "watch") return isDecimalText(input["from"]) && isAbsentOr(output, isAnswer);
  if (!isText(input["key"]) || (input.f === "put" ? !isText(input["value"]) : input.f !== "delete")) return false;
  return isAbsentOr(output, (value) => isObject(value) && (isDecimalText(value["revision"]) || (value["revision"] === null && input.f === "delete")));
}

function isAnswer(value: Json | undefined): boolean {
  if (!isObject(value) || !isDecimalText(value["next"]) || !Array.isArray(value["events"])) return false;
  const { compacted, events } = { compacted: value["compacted"], events: value["events"] };
  if (compacted !== undefined && typeof compacted !== "boolean") return false;
  return events.every((event) => isObject(event) && isDecimalText(event["revision"]) && isText(event["key"]) && isTextOrNull(event["value"]));
}
