// Decides stacks whose pushed values are all distinct, with pops that found the stack empty and with operations of unknown
// outcome, in O(n log n). No search that remembers states can do that: their number explodes with the clients.
//
// A push of unknown outcome counts if and only if its value came out. A pop of unknown outcome may have taken out any value
// that stayed in: see dealt-removals.ts.
import type { StackInput, StackOutput } from "../../models/stack-operation.ts";
import type { Monitor } from "../../model.ts";
import { livesOf } from "./container-lives.ts";
import type { ContainerVocabulary } from "./container-lives.ts";
import { decideLives } from "./dealt-removals.ts";
import { latestPops } from "./latest-removals.ts";
import { nestLives } from "./stack-nesting.ts";

const vocabulary: ContainerVocabulary<StackInput, string> = {
  valueOf: (input) => (input.f === "push" ? input.value : undefined),
  put: "pushed",
  removal: "a pop",
};

/** Exact with pushes of unknown outcome; with pops of unknown outcome exact unless there are too many explanations. */
export const stackOrder: Monitor<StackInput, StackOutput> = {
  name: "stack order",
  precondition: "every value is pushed once",
  decide(operations) {
    const lives = livesOf(operations, vocabulary);
    return "verdict" in lives ? lives : decideLives(lives, { removals: "pops", attempt: nestLives, latestRemovals: latestPops });
  },
};
