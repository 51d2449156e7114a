// What the operations of sets do with presence, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const setPresenceMutations: readonly Mutation[] = [
  {
    rule: "a look of unknown outcome says nothing",
    replace: "output === undefined ? levelRoles.none : output",
    by: "output",
    equivalent: "observers of unknown outcome are left out before; and nothing is asked of one that did not complete",
  },
  {
    rule: "a look tells presence from absence",
    replace: "output ? levelRoles.sawFull : levelRoles.sawEmpty;\n  if",
    by: "output ? levelRoles.sawEmpty : levelRoles.sawFull;\n  if",
  },
  {
    rule: "a refused add saw the element, a refused remove did not",
    replace: 'f === "add" ? levelRoles.sawFull : levelRoles.sawEmpty',
    by: 'f === "add" ? levelRoles.sawEmpty : levelRoles.sawFull',
  },
  {
    rule: "a refused operation changes nothing",
    replace: "if (output === false) return",
    by: 'if (output === false && f === "add") return',
  },
  {
    rule: "an add brings the element, a remove takes it",
    replace: 'return f === "add" ? levelRoles.raise : levelRoles.lower;',
    by: "return levelRoles.raise;",
  },
  {
    rule: "an element is there or not",
    replace: "limit: 1",
    by: "limit: 2",
  },
];
