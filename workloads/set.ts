// A grow-only set: everybody adds, everybody reads everything. For stores and replicated sets.
import { setChecker, type SetInput, type SetOutput } from "../checkers/set.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { once } from "../harness/generators/sources.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold } from "./unfold.ts";
import { decoder, isAbsentOr, isText, isTextList } from "./vocabulary.ts";

export type { SetInput, SetOutput } from "../checkers/set.ts";

const functions = {
  add: "element (unique in a run) -> null",
  read: "-> list of all elements, in any order",
};

/** Elements `PROCESS.N`; every node is read at the end. */
export const setWorkload: Workload = defineWorkload<SetInput, SetOutput>({
  name: "set",
  text: "Clients add distinct elements and read the whole set.",
  functions,
  generator({ rateHz, parameters }) {
    const { readPercent } = integersOf("set", parameters, { readPercent: { fallback: 30, minimum: 0, maximum: 100 } });
    const operations = unfold<null, SetInput>(null, {
      next(state, { random, free }, serial) {
        const process = random.pick(free, "process");
        const isRead = random.below(100, "operation") < readPercent;
        return { invoke: { input: isRead ? { f: "read" } : { f: "add", element: `${process}.${serial}` }, process }, state };
      },
    });
    return stagger(rateHz, operations);
  },
  finalGenerator: () => eachNode(() => once<SetInput>({ f: "read" })),
  decode: decoder("set", functions, isSetOperation),
  checker: setChecker(),
});

function isSetOperation(operation: Operation): operation is Operation<SetInput, SetOutput> {
  const { input, output } = operation;
  if (input.f === "add") return isText(input["element"]) && isAbsentOr(output, (value) => value === null);
  return input.f === "read" && isAbsentOr(output, isTextList);
}
