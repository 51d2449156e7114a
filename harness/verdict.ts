// What a checker says of a history, and the evidence for it. Pure; reports draw only what is here.
import type { Json } from "./json.ts";
import type { NodeName, OutcomeType } from "./operation.ts";

export type VerdictWord = "valid" | "invalid" | "unknown";
/** A claim's verdict in one run; `not-exercised`: its premise never occurred, or the plan left its faults. */
export type ClaimWord = VerdictWord | "not-exercised";

export interface Verdict {
  readonly verdict: VerdictWord;
  /** One sentence; for `unknown` it says what ran out and what to do about it. */
  readonly why: string;
  /** One entry per property that the checker decides (in a checker's answer) or per claim (in a run's verdict). */
  readonly claims: readonly ClaimVerdict[];
  readonly evidence: readonly Evidence[];
  readonly statistics: Readonly<Record<string, Json>>;
}

export interface ClaimVerdict {
  /** From a checker: name of a property, e.g. `linearizable`. In a run's verdict: id of the system's claim. */
  readonly id: string;
  readonly verdict: ClaimWord;
  readonly why: string;
  /** Positions in the `evidence` of the same verdict. */
  readonly evidence: readonly number[];
}

/** An operation as shown to people: everything already text, so that a report needs no model. */
export interface ShownOperation {
  readonly id: number;
  readonly process: number;
  readonly node?: NodeName;
  /** E.g. `write x = 3.1`. */
  readonly text: string;
  readonly type: OutcomeType;
  /** E.g. `-> 3.1`; empty for indeterminate operations. */
  readonly result: string;
  readonly invokedNs: number;
  /** null: never completed. */
  readonly completedNs: number | null;
}

/** One step of a linearization: the operation and the state of the model after it. */
export interface LinearizationStep {
  readonly operation: number;
  readonly text: string;
  readonly stateAfter: string;
}

/** The closed list of what can back a verdict. `witness` operations are minimal: none can be removed. */
export type Evidence =
  | { readonly kind: "witness"; readonly property: string; readonly explanation: string; readonly operations: readonly ShownOperation[] }
  | { readonly kind: "linearization"; readonly partition: string; readonly initialState: string; readonly steps: readonly LinearizationStep[] }
  | {
      readonly kind: "partial-linearization";
      readonly partition: string;
      readonly initialState: string;
      readonly steps: readonly LinearizationStep[];
      readonly stuckAt: readonly ShownOperation[];
    }
  | {
      readonly kind: "cycle";
      readonly property: string;
      readonly explanation: string;
      readonly steps: readonly { readonly operation: ShownOperation; readonly edge: string; readonly because: string }[];
    }
  | {
      readonly kind: "sum-bounds";
      readonly read: ShownOperation;
      readonly value: string;
      readonly lower: string;
      readonly upper: string;
      readonly explanation: string;
    }
  | {
      readonly kind: "elements";
      readonly problem: "lost" | "duplicated" | "stale" | "unexpected";
      readonly elements: readonly { readonly element: string; readonly operations: readonly ShownOperation[]; readonly explanation: string }[];
      readonly totalCount: number;
    }
  | { readonly kind: "conflicting-facts"; readonly invariant: string; readonly explanation: string; readonly facts: readonly ShownFact[] }
  | { readonly kind: "missing-response"; readonly property: string; readonly explanation: string; readonly operations: readonly ShownOperation[] };

export interface ShownFact {
  readonly timeNs: number;
  readonly node: NodeName;
  readonly kind: string;
  readonly text: string;
}

const rank: Readonly<Record<ClaimWord, number>> = { "not-exercised": 0, valid: 1, unknown: 2, invalid: 3 };

/** Combines claim words of one run or of many: invalid over unknown over valid over not-exercised. Empty: not-exercised. */
export function worstClaim(words: Iterable<ClaimWord>): ClaimWord {
  let worst: ClaimWord = "not-exercised";
  for (const word of words) if (rank[word] > rank[worst]) worst = word;
  return worst;
}

/** Combines verdicts: invalid over unknown over valid. Nothing at all is unknown: a vacuous run proves nothing. */
export function worstVerdict(words: Iterable<VerdictWord>): VerdictWord {
  const worst = worstClaim(words);
  return worst === "not-exercised" ? "unknown" : worst;
}
