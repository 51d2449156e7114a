// Says what a thread is about to do, so that a step that never ends has a name. For the threads of a check.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model, Monitor } from "../../checkers/linearizability/model.ts";
import type { Partition } from "../../checkers/linearizability/partition.ts";
import type { ThreadNote } from "./part.ts";

/** Searches are named as one: which of them has its turn is the portfolio's business. */
const searching = "search";
/** Of smaller partitions only the first so many are worth a note each in the first round. */
const worthNoting = 256;
const maximalNotes = 1000;

type Note = (note: ThreadNote) => void;

/** A hook for `Decider.decideRounds`. */
export function attemptOn<I extends Input, O extends Json>(note: Note): (partition: Partition<I, O>, round: number) => void {
  let smallCount = 0;
  return ({ key, operations }, round) => {
    if (round > 0 || operations.length > worthNoting || ++smallCount <= maximalNotes) announce(note, { partition: key, operations, by: searching });
  };
}

/** The model, with monitors that say when they begin and when they leave the partition to the searches. */
export function announcing<S, I extends Input, O extends Json>(model: Model<S, I, O>, note: Note): Model<S, I, O> {
  return model.monitors === undefined ? model : { ...model, monitors: model.monitors.map((monitor) => announced(model, monitor, note)) };
}

function announced<S, I extends Input, O extends Json>(model: Model<S, I, O>, monitor: Monitor<I, O>, note: Note): Monitor<I, O> {
  return {
    ...monitor,
    decide(operations) {
      if (operations.length <= worthNoting) return monitor.decide(operations);
      const [first] = operations;
      const partition = first === undefined || model.partitionKey === undefined ? "" : model.partitionKey(first.input);
      announce(note, { partition, operations, by: monitor.name });
      const answer = monitor.decide(operations);
      if (answer.verdict === "inapplicable") announce(note, { partition, operations, by: searching });
      return answer;
    },
  };
}

interface Announcement {
  readonly partition: string;
  readonly operations: readonly Operation[];
  readonly by: string;
}

function announce(note: Note, { partition, operations, by }: Announcement): void {
  let indeterminate = 0;
  for (const { type } of operations) if (type === "info") indeterminate++;
  note({ kind: "attempt", attempt: { partition, operations: operations.length, indeterminate, by } });
}
