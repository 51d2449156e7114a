// The rules by which adds are dealt to steps, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const counterSlotsMutations: readonly Mutation[] = [
  {
    rule: "an add that begins after the end of a step does not make it",
    replace: "starts[nextStart]! <= last;",
    by: "true;",
  },
  {
    rule: "only the included adds are dealt",
    replace: "if (included[nextStart] === 1) open.push",
    by: "open.push",
  },
  {
    rule: "a step with an answer is made by the add that gave it",
    replace: "if (steps.fixed[step] !== -1) {",
    by: "if (false) {",
  },
  {
    rule: "the add that ends first goes first",
    replace: "open.push(ranks[nextStart]!);",
    by: "open.push(ranks.length - 1 - ranks[nextStart]!);",
  },
  {
    rule: "an add that ended before a step is not dealt to it",
    replace: "while (rank !== -1 && ends[byEnd[rank]!]! < first) rank = open.pop();",
    by: "",
  },
  {
    rule: "a step without an add is noticed",
    replace: "else if (emptyStep === 0) emptyStep = step;",
    by: "",
  },
  {
    rule: "a mandatory add that was left out takes a step",
    replace: "if (mandatory[position] !== 1 || isDealt.has(position)) continue;",
    by: "continue;",
  },
  {
    rule: "only those that were left out do",
    replace: "|| isDealt.has(position)) continue;",
    by: ") continue;",
  },
  {
    rule: "whoever is displaced moves on, if it must be dealt",
    replace: "add = position; mandatory[add] === 1;",
    by: "add = position, once = 0; once++ < 1 && mandatory[add] === 1;",
  },
];
