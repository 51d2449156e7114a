// Decides one element of a set, however often it is added and removed, in O(n log n). For histories with many operations on
// few elements.
//
// An element is a level between 0 and 1: an add that succeeded raises it, a remove that succeeded lowers it, everything
// else saw it. (Lee and Mathur 2025, arXiv 2410.04581, decide sets whose elements are added once and all of whose operations
// completed; the lazy explanation needs neither.)
import type { Operation } from "../../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../../model.ts";
import type { SetInput, SetOutput } from "../../models/set-operation.ts";
import { decideLevel, levelRoles } from "./bounded-level.ts";

/** Exact with operations of unknown outcome; a maybe that makes a difference is left to the search. */
export const setPresence: Monitor<SetInput, SetOutput> = { name: "set presence", precondition: "all operations are on one element", decide };

function decide(operations: readonly Operation<SetInput, SetOutput>[]): MonitorAnswer {
  const roles = new Uint8Array(operations.length);
  const element = operations[0]?.input.element;
  for (const [position, { input, output, type }] of operations.entries()) {
    if (input.element !== element) return { verdict: "inapplicable", why: "there are several elements" };
    if (type === "ok" && typeof output !== "boolean") return { verdict: "inapplicable", why: "an answer is missing" };
    roles[position] = roleOf(input, type === "ok" ? output : undefined);
  }
  return decideLevel({ operations, roles, limit: 1 });
}

function roleOf({ f }: SetInput, output: boolean | undefined): number {
  if (f === "contains") return output === undefined ? levelRoles.none : output ? levelRoles.sawFull : levelRoles.sawEmpty;
  if (output === false) return f === "add" ? levelRoles.sawFull : levelRoles.sawEmpty;
  return f === "add" ? levelRoles.raise : levelRoles.lower;
}
