// What the operations of semaphores do with permits, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const semaphorePermitsMutations: readonly Mutation[] = [
  {
    rule: "a refused acquisition saw no permit, a refused release saw all",
    replace: "? levelRoles.sawFull : levelRoles.sawEmpty",
    by: "? levelRoles.sawEmpty : levelRoles.sawFull",
  },
  {
    rule: "a refused operation changes nothing",
    replace: 'if (type === "ok" && output === false)',
    by: "if (false)",
  },
  {
    rule: "an acquisition takes a permit, a release gives it back",
    replace: 'else roles[position] = input.f === "acquire" ? levelRoles.raise : levelRoles.lower',
    by: "else roles[position] = levelRoles.raise",
  },
  {
    rule: "there are as many permits as there are",
    replace: "limit: permits",
    by: "limit: permits + 1",
  },
  {
    rule: "without permits nothing is decided",
    replace: 'if (!(Number.isInteger(permits) && permits >= 1)) return { verdict: "inapplicable", why: "there is no permit" };',
    by: "",
    equivalent: "the histories are of semaphores with permits",
  },
];
