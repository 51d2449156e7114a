// The rules of fencing tokens, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const fencedLockTokensMutations: readonly Mutation[] = [
  {
    rule: "tokens rise",
    replace: "else if (!(output > token)) return",
    by: "else if (false) return",
  },
  {
    rule: "equal tokens do not rise",
    replace: "else if (!(output > token)) return",
    by: "else if (!(output >= token)) return",
  },
  {
    rule: "the first token is at least 1",
    replace: "let [token, taken] = [0, 0];",
    by: "let [token, taken] = [-1, 0];",
  },
  {
    rule: "a grant of unknown outcome takes a token",
    replace: 'if (typeof output !== "number") taken++;',
    by: 'if (typeof output !== "number") continue;',
  },
  {
    rule: "a token too few for the grants of unknown outcome is not accused",
    replace: 'else if (!(output > token + taken)) return { verdict: "inapplicable", why: "there may be too few tokens for the grants of unknown outcome" };',
    by: 'else if (!(output > token + taken)) return { verdict: "invalid", suspects: [] };',
  },
  {
    rule: "grants of unknown outcome take tokens between two known ones only",
    replace: "else [before, token, taken] = [tenure, output, 0];",
    by: "else [before, token] = [tenure, output];",
  },
  {
    rule: "the last token counts",
    replace: "else [before, token, taken] = [tenure, output, 0];",
    by: "else taken = 0;",
  },
  {
    rule: "two holders are accused whatever their tokens",
    replace: 'if (answer.kind === "contradiction") return { verdict: "invalid", suspects: answer.suspects };',
    by: 'if (answer.kind === "contradiction") return { verdict: "inapplicable", why: "" };',
  },
];
