// Decides semaphores in O(n log n): acquisitions raise the number of permits that are out, releases lower it. Refusals are
// exact with a single permit only. For histories with many clients.
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { SemaphoreInput, SemaphoreOutput } from "../../models/semaphore-operation.ts";
import { decideLevel, levelRoles } from "./bounded-level.ts";

/** For a semaphore of that many permits, all free at first. */
export function semaphorePermits(permits: number): Monitor<SemaphoreInput, SemaphoreOutput> {
  return {
    name: "semaphore permits",
    precondition: permits === 1 ? "there is one permit" : "the refusals, if any, fit the first explanation of the rest",
    decide: (operations) => decide(operations, permits),
  };
}

function decide(operations: readonly Operation<SemaphoreInput, SemaphoreOutput>[], permits: number): MonitorAnswer {
  if (!(Number.isInteger(permits) && permits >= 1)) return { verdict: "inapplicable", why: "there is no permit" };
  const roles = new Uint8Array(operations.length);
  for (const [position, { input, output, type }] of operations.entries()) {
    if (type === "ok" && typeof output !== "boolean") return { verdict: "inapplicable", why: "an answer is missing" };
    if (type === "ok" && output === false) roles[position] = input.f === "acquire" ? levelRoles.sawFull : levelRoles.sawEmpty;
    else roles[position] = input.f === "acquire" ? levelRoles.raise : levelRoles.lower;
  }
  return decideLevel({ operations, roles, limit: permits });
}
