// What each design of the sequencer promises, under which faults, and what it does not promise.
import type { FaultKind } from "../../harness/faults.ts";
import type { Claim, Premise } from "../../harness/system.ts";

const networkFaults: readonly FaultKind[] = ["partition", "slow", "loss", "duplicate", "reorder", "corrupt", "reset", "refuse", "half-open"];
const processFaults: readonly FaultKind[] = ["kill", "stop", "pause", "slow-cpu", "load"];
const diskFaults: readonly FaultKind[] = ["power-cut", "torn-write", "disk-full", "disk-error"];

/** Everything but clocks, and damage to acknowledged disk data. */
const clockedFaults: readonly FaultKind[] = [...networkFaults, ...processFaults, ...diskFaults];
/** Everything but damage to acknowledged disk data. */
export const survivedFaults: readonly FaultKind[] = [...clockedFaults, "clock-step", "clock-drift"];
const everyVariant = ["central", "central-block", "snowflake", "uuid4", "uuid7", "hlc"];
const timed = ["snowflake", "uuid7", "hlc"];
const answered: Premise = { text: "two requests were answered", holds: ({ okCounts }) => (okCounts["generate"] ?? 0) >= 2 };
const cutOff: Premise = {
  text: "a partition took effect and a request was answered",
  holds: ({ okCounts, effectiveFaults }) => (okCounts["generate"] ?? 0) > 0 && (effectiveFaults["partition"] ?? 0) > 0,
};
/**
 * Non-claims, in words. `central`: not available in a minority; ids have gaps. `central-block`: ids of different nodes are
 * not ordered in real time; not available in a minority once the block is used up. `snowflake`: may refuse (clock behind by
 * more than 10 ms, lease over); ids closer in time than clocks are apart are not ordered. `uuid4`: no order at all, and a
 * token is not looked at; unique with a probability of collision below 2^-60 in any run. `uuid7` and `hlc`: ids closer in time
 * than clocks are apart are ordered only through tokens; a token more than a minute ahead is refused.
 */
export const claims: readonly Claim[] = [
  {
    id: "SEQ-C1",
    text: "No id is given twice, not even in an answer that was lost, and an answer holds as many ids as were asked for.",
    variants: everyVariant,
    faults: survivedFaults,
    judgedBy: [
      "unique-ids:unique",
      "unique-ids:batch-complete",
      "invariant:handed-once",
      "invariant:blocks-disjoint",
      "invariant:holdings-disjoint",
      "invariant:within-stretch",
    ],
    premise: answered,
  },
  {
    id: "SEQ-C2",
    text: "If one request was answered before another began, all ids of the first are below all ids of the second, whoever asked whom; and the ids of one answer ascend.",
    variants: ["central"],
    faults: survivedFaults,
    judgedBy: ["unique-ids:monotone", "unique-ids:batch-ordered"],
    premise: answered,
  },
  {
    id: "SEQ-C2-node",
    text: "The same as SEQ-C2, for requests to one node.",
    variants: ["central-block"],
    faults: survivedFaults,
    judgedBy: ["unique-ids:monotone-per-node", "unique-ids:batch-ordered"],
    premise: answered,
  },
  {
    id: "SEQ-C2-skew",
    text: "The same as SEQ-C2, for requests a second apart, as long as clocks are less than a second apart.",
    variants: timed,
    faults: clockedFaults,
    judgedBy: ["unique-ids:monotone-beyond-skew", "unique-ids:batch-ordered"],
    premise: answered,
  },
  {
    id: "SEQ-C3",
    text: "An id that was asked for after a token is above that token.",
    variants: everyVariant.filter((variant) => variant !== "uuid4"),
    faults: survivedFaults,
    judgedBy: ["unique-ids:causal"],
    premise: answered,
  },
  {
    id: "SEQ-C4",
    text: "A node answers without asking another one: a partition costs nothing.",
    variants: ["uuid4", "uuid7", "hlc"],
    faults: survivedFaults,
    judgedBy: ["invariant:serves-while-entitled"],
    premise: answered,
  },
  {
    id: "SEQ-C4-lease",
    text: "A node that is cut off goes on answering until its block is used up, or while its lease lasts and its clock does not jump.",
    variants: ["central-block", "snowflake"],
    faults: survivedFaults,
    judgedBy: ["invariant:serves-while-entitled"],
    premise: cutOff,
  },
  {
    // Torn power cuts of a majority can leave its last records in doubt, and a node in doubt does not vote: that takes an operator.
    id: "SEQ-A1",
    text: "After faults other than power cuts have healed, every node answers again.",
    variants: everyVariant,
    faults: survivedFaults.filter((kind) => kind !== "power-cut" && kind !== "torn-write"),
    judgedBy: ["built-in:recovery"],
    premise: answered,
  },
  {
    // A replica with a damaged log waits for a leader before it votes, so a bare majority with one of those may elect nobody.
    id: "SEQ-A2",
    text: "While a majority with undamaged disks is healthy and connected, each of its nodes answers, whatever happens to the rest.",
    variants: everyVariant,
    faults: survivedFaults.filter((kind) => !diskFaults.includes(kind)),
    judgedBy: ["built-in:core-liveness"],
    premise: answered,
  },
  {
    id: "SEQ-A3",
    text: "Every request ends within its time limit, and no node dies of an exception that it did not catch.",
    variants: everyVariant,
    faults: survivedFaults,
    judgedBy: ["built-in:operations-end", "built-in:no-uncaught-exception"],
    premise: answered,
  },
];
