// Mutants of register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesMutations: readonly Mutation[] = [
  {
    rule: "forward zones do not overlap",
    replace: "if (firstEnds[zone]! < lastStarts[before]!) return",
    by: "if (false) return",
  },
  {
    rule: "forward zones are compared in order of time",
    replace: "const inOrder = placesInOrder(begins);",
    by: "const inOrder = begins.map((_, place) => place);",
  },
  {
    rule: "no backward zone is inside a forward one",
    replace: "if (around !== none && to < lastStarts[around]!) return",
    by: "if (false) return",
  },
  {
    rule: "a backward zone may stick out of a forward one",
    replace: "to < lastStarts[around]!",
    by: "true",
  },
  {
    rule: "only what is held for a while is a forward zone",
    replace: "if ((firstEnds[block] ?? 0) < (lastStarts[block] ?? 0)) forward.push(block);",
    by: "forward.push(block);",
  },
  {
    rule: "blocks come in order of time",
    replace: "for (const block of placesInOrder(moments)) {",
    by: "for (const block of moments.keys()) {",
  },
  {
    rule: "refusals and loose observers get places",
    replace: "if (clusters.refusals.length === 0 && clusters.loose.length === 0) return",
    by: "if (true) return",
  },
  {
    rule: "nothing is absent in the midst of the time of a value",
    replace: "?? zones.impossibleAbsence();",
    by: ";",
  },
  {
    rule: "a read of absence may stick out of the time of a value",
    replace: "(ends[observer] ?? 0) >= (this.#blocks.lastStarts[around] ?? 0)",
    by: "false",
  },
  {
    rule: "the first block may hold the initial absence",
    replace: " || this.#blocks.roots[around] === 0",
    by: "",
  },
];
