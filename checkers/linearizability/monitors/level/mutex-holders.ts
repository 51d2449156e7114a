// Decides locks whose owners do one thing after the other, refusals included, in O(n log n). For histories with many clients.
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { MutexInput, MutexOutput } from "../../models/lock-operation.ts";
import { pairedByOwner } from "./lock-owners.ts";
import { placed } from "./lock-tenures.ts";

/** Exact with operations of unknown outcome; maybes that could explain a refusal are left to the search. */
export const mutexHolders: Monitor<MutexInput, MutexOutput> = { name: "mutex holders", precondition: "no two operations of one owner overlap", decide };

function decide(operations: readonly Operation<MutexInput, MutexOutput>[]): MonitorAnswer {
  const pairing = pairedByOwner(operations);
  const answer = pairing.kind === "paired" ? placed(operations, pairing.stories) : pairing;
  if (answer.kind === "placed") return { verdict: "valid", order: answer.order };
  return answer.kind === "contradiction" ? { verdict: "invalid", suspects: answer.suspects } : { verdict: "inapplicable", why: answer.why };
}
