// What one judge says of one run: a property of the checker, an invariant, a probe, a built-in. Claims are made of these.
import type { ClaimWord, Evidence } from "./verdict.ts";

export interface Judgement {
  readonly word: ClaimWord;
  readonly why: string;
  readonly evidence: readonly Evidence[];
}

/** By the names that claims use in `judgedBy`. */
export type Judgements = ReadonlyMap<string, Judgement>;
