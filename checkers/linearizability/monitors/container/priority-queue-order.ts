// Decides priority queues whose inserted values are all distinct, with polls that found the queue empty and with operations
// of unknown outcome, in O(n log n).
//
// An insert of unknown outcome counts if and only if its value came out. A poll of unknown outcome may have taken out any
// value that stayed in: see dealt-removals.ts.
import type { PriorityQueueInput, PriorityQueueOutput } from "../../models/priority-queue-operation.ts";
import type { Monitor } from "../../model.ts";
import { livesOf } from "./container-lives.ts";
import type { ContainerVocabulary } from "./container-lives.ts";
import { decideLives } from "./dealt-removals.ts";
import { latestPolls } from "./latest-removals.ts";
import { pollLives } from "./priority-polling.ts";

const vocabulary: ContainerVocabulary<PriorityQueueInput, number> = {
  valueOf: (input) => (input.f === "insert" ? input.value : undefined),
  put: "inserted",
  removal: "a poll",
};

/** Exact with inserts of unknown outcome; with polls of unknown outcome exact unless there are too many explanations. */
export const priorityQueueOrder: Monitor<PriorityQueueInput, PriorityQueueOutput> = {
  name: "priority order",
  precondition: "every value is inserted once",
  decide(operations) {
    const lives = livesOf(operations, vocabulary);
    return "verdict" in lives ? lives : decideLives(lives, { removals: "polls", attempt: pollLives, latestRemovals: latestPolls });
  },
};
