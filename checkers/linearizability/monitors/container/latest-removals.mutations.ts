// The rules of the limits of removals, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const latestRemovalsMutations: readonly Mutation[] = [
  { rule: "a value is on top only of what was in before its push began", replace: "inBy[other]! < inFrom[value]!;", by: "inBy[other]! <= inFrom[value]! + 1;" },
  { rule: "only smaller values have to wait", replace: "other !== undefined && other !== value;", by: "other !== undefined;" },
  {
    rule: "a value hinders only what leaves when it is in for certain",
    replace: "furthest(pointCount - inBy[value]! - 1)",
    by: "furthest(pointCount - inBy[value]! + 1)",
  },
  {
    rule: "a removal may begin as long as the other value may stay",
    replace: "latest[value] = outBy[because[value]]!;",
    by: "latest[value] = outBy[because[value]]! - 1;",
  },
];
