// Decides locks with fencing tokens whose owners do one thing after the other, in O(n log n): who held it when, as for a
// mutex, and whether the tokens rise in that order. For histories with many clients.
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { FencedLockInput, FencedLockOutput } from "../../models/lock-operation.ts";
import { pairedByOwner } from "./lock-owners.ts";
import type { Tenure } from "./lock-owners.ts";
import { placed } from "./lock-tenures.ts";

type FencedLockOperation = Operation<FencedLockInput, FencedLockOutput>;

/** Exact with operations of unknown outcome; maybes that could explain a refusal, or a gap between tokens, are left to the search. */
export const fencedLockTokens: Monitor<FencedLockInput, FencedLockOutput> = {
  name: "fenced lock tokens",
  precondition: "no two operations of one owner overlap",
  decide,
};

function decide(operations: readonly FencedLockOperation[]): MonitorAnswer {
  for (const { input, output, type } of operations)
    if (type === "ok" && output !== false && (input.f === "acquire") !== (typeof output === "number"))
      return { verdict: "inapplicable", why: "a grant has no token" };
  const pairing = pairedByOwner(operations);
  const answer = pairing.kind === "paired" ? placed(operations, pairing.stories) : pairing;
  if (answer.kind === "contradiction") return { verdict: "invalid", suspects: answer.suspects };
  if (answer.kind === "unclear") return { verdict: "inapplicable", why: answer.why };
  return tokenFault(operations, answer.tenures) ?? { verdict: "valid", order: answer.order };
}

/** Tokens rise, by 2 or more where a grant of unknown outcome took one between. */
function tokenFault(operations: readonly FencedLockOperation[], tenures: readonly Tenure[]): MonitorAnswer | undefined {
  let before: Tenure | undefined;
  let [token, taken] = [0, 0];
  for (const tenure of tenures) {
    const output = operations[tenure.acquire]?.output;
    if (typeof output !== "number") taken++;
    else if (!(output > token)) return { verdict: "invalid", suspects: involved(before, tenure) };
    else if (!(output > token + taken)) return { verdict: "inapplicable", why: "there may be too few tokens for the grants of unknown outcome" };
    else [before, token, taken] = [tenure, output, 0];
  }
  return undefined;
}

function involved(...tenures: readonly (Tenure | undefined)[]): number[] {
  return tenures.flatMap((tenure) => (tenure === undefined ? [] : [tenure.acquire, tenure.release])).filter((position) => position !== -1);
}
