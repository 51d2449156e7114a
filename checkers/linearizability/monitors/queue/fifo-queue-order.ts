// Decides FIFO queues whose enqueued values are all distinct, with dequeues that found the queue empty and with operations
// of unknown outcome, in O(n log n). No search that remembers states can do that: their number explodes with the clients.
//
// With distinct values every dequeue names its enqueue. Henzinger, Sezgin and Vafeiadis 2013 ("Aspect-oriented
// linearizability proofs") list what can go wrong: a value from nowhere or twice, two values overtaking each other, an
// "empty" while something was in. Two additions of ours: an enqueue of unknown outcome counts iff its value came out,
// and dequeues of unknown outcome are dealt the values that never came out, earliest enqueued first, which is the best
// for both order and emptiness.
//
// That deal takes it that a dequeue of unknown outcome can come at any later time. Where some were over at a certain
// moment, it still refutes; a linearization must keep to the moments, and if no deal does there is no answer.
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { QueueInput, QueueOutput } from "../../models/fifo-queue-operation.ts";
import { dealt, dealtInTime } from "./fifo-queue-deal.ts";
import { livesOf, none } from "./fifo-queue-lives.ts";
import type { Contradiction, QueueHistory, QueueLives, QueueOperation } from "./fifo-queue-lives.ts";
import { EmptyMoments, isInTime, linearizationOf, scheduleOf } from "./fifo-queue-schedule.ts";
import type { QueueSchedule } from "./fifo-queue-schedule.ts";
import { coveringChain, overtakingPair } from "./fifo-queue-suspects.ts";

export const fifoQueueOrder: Monitor<QueueInput, QueueOutput> = { name: "queue order", precondition: "every value is enqueued once", decide };

function decide(operations: readonly QueueOperation[]): MonitorAnswer {
  const history = livesOf(operations);
  if (typeof history === "string") return { verdict: "inapplicable", why: history };
  if ("suspects" in history) return { verdict: "invalid", suspects: history.suspects };
  const { lives, empties, lost } = history;
  const ideal = explained(operations, empties, dealt(lives, lost, operations));
  if ("suspects" in ideal) return { verdict: "invalid", suspects: confirmed(operations, history, ideal) };
  const endless = lost.filter((position) => operations[position]?.completedIndex === Infinity);
  for (const deal of [() => ideal, () => inTime(operations, history, lost), () => inTime(operations, history, endless)]) {
    const explanation = deal();
    if ("suspects" in explanation || !isInTime(explanation.lives, explanation.schedule, operations)) continue;
    return { verdict: "valid", order: linearizationOf(explanation.lives, explanation.schedule, { positions: empties, moments: explanation.emptyMoments }) };
  }
  return { verdict: "inapplicable", why: "a dequeue of unknown outcome was over too early to say what it can have taken" };
}

/** A way in which all can have happened; but dequeues of unknown outcome may come too late. */
interface Explanation {
  readonly lives: QueueLives;
  readonly schedule: QueueSchedule;
  /** Of the dequeues that found nothing. */
  readonly emptyMoments: Float64Array;
}

function inTime(operations: readonly QueueOperation[], { lives, empties }: QueueHistory, lost: Int32Array): Explanation | Contradiction {
  return explained(operations, empties, dealtInTime(lives, lost, operations));
}

function explained(operations: readonly QueueOperation[], empties: Int32Array, lives: QueueLives): Explanation | Contradiction {
  const schedule = scheduleOf(lives);
  if (schedule === undefined) return { suspects: overtakingPair(lives) };
  const moments = new EmptyMoments(schedule);
  const emptyMoments = new Float64Array(empties.length);
  for (const [index, empty] of empties.entries()) {
    const { invokedIndex: start, completedIndex: end } = operations[empty] ?? { invokedIndex: 0, completedIndex: 0 };
    const moment = moments.firstFrom(start);
    if (moment > end) return { suspects: [empty, ...coveringChain(lives, start, end)] };
    emptyMoments[index] = moment;
  }
  return { lives, schedule, emptyMoments };
}

/**
 * The suspects, if they contradict each other with all dequeues of unknown outcome at hand: these may be dealt otherwise
 * when other values are left out. Else with the values that those may have been dealt to, else everything.
 */
function confirmed(operations: readonly QueueOperation[], { lives, lost }: QueueHistory, { suspects }: Contradiction): readonly number[] {
  const staying = lives.enqueues.filter((_, value) => lives.dequeues[value] === none);
  for (const chosen of [new Set(suspects), new Set([...suspects, ...staying])]) {
    const positions = [...new Set([...chosen, ...lost])].toSorted((one, other) => one - other);
    if (isContradictory(positions.flatMap((position) => operations[position] ?? []))) return [...chosen];
  }
  return [...operations.keys()];
}

function isContradictory(operations: readonly QueueOperation[]): boolean {
  const history = livesOf(operations);
  return (
    typeof history !== "string" &&
    ("suspects" in history || "suspects" in explained(operations, history.empties, dealt(history.lives, history.lost, operations)))
  );
}
