// The rules of the lives of values, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const containerLivesMutations: readonly Mutation[] = [
  { rule: "no value comes from nowhere", replace: "if (index === undefined) return accused(position);", by: "if (index === undefined) continue;" },
  { rule: "no value comes out twice", replace: "if (remover[index]! >= 0) return accused(", by: "if (remover[index]! < -1) return accused(" },
  {
    rule: "no value comes out before it went in",
    replace: "if (ends[position]! < insertions[index]!) return accused(",
    by: "if (ends[position]! < -1) return accused(",
  },
  {
    rule: "every value goes in once",
    replace: 'if (indexes.has(value)) return { verdict: "inapplicable", why: `value ${value} is ${vocabulary.put} twice` };',
    by: "if (indexes.has(value)) continue;",
  },
  {
    rule: "a removal that found nothing is an observation",
    replace: "else if (output === null) empties.push(position);",
    by: "else if (output === null) continue;",
  },
  { rule: "a removal of unknown outcome may have taken something out", replace: 'if (type !== "ok") lost.push(position);', by: 'if (type !== "ok") continue;' },
  {
    rule: "an operation lasts to its completion",
    replace: "else high = middle;\n    }\n    ends[position] = low;",
    by: "else high = middle;\n    }\n    ends[position] = position;",
  },
  {
    rule: "an operation that begins when another ends is concurrent",
    replace: "while (low + step < count && starts[low + step]! <= completedIndex) {",
    by: "while (low + step < count && starts[low + step]! < completedIndex - 1) {",
  },
  {
    rule: "an insertion of unknown outcome counts only if its value came out",
    replace: 'if (remover[index]! >= 0 || operations[insertions[index]!]!.type === "ok") kept.push(index);',
    by: "kept.push(index);",
  },
  { rule: "a value can leave only after its insertion began", replace: "Math.max(removal, insertion)", by: "removal" },
];
