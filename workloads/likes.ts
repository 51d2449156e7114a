// Likes: users like and unlike, and each counts once. For counters of distinct users.
import { uniqueLikesChecker, type LikesInput, type LikesOutput } from "../checkers/unique-likes.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { fromInvocations, once } from "../harness/generators/sources.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { decoder, isAbsentOr, isDecimalText, isText } from "./vocabulary.ts";

export type { LikesInput, LikesOutput } from "../checkers/unique-likes.ts";

const functions = {
  like: "user -> null, also if the user likes it already",
  unlike: "user -> null, also if the user does not like it",
  likes: "-> how many users like it, as a decimal",
};

/** A few users who change their minds, so that repeated and crossed requests are common. */
export const likesWorkload: Workload = defineWorkload<LikesInput, LikesOutput>({
  name: "likes",
  text: "A few users like and unlike one post, and clients read how many do.",
  functions,
  generator({ rateHz, parameters }) {
    const { userCount } = integersOf("likes", parameters, { userCount: { fallback: 6, minimum: 1, maximum: 10_000 } });
    const operations = fromInvocations<LikesInput>(({ random, free }) => {
      const draw = random.below(100, "operation");
      const user = `u${random.below(userCount, "user")}`;
      return { input: draw < 40 ? { f: "likes" } : { f: draw < 80 ? "like" : "unlike", user }, process: random.pick(free, "process") };
    });
    return stagger(rateHz, operations);
  },
  finalGenerator: () => eachNode(() => once<LikesInput>({ f: "likes" })),
  decode: decoder("likes", functions, isLikesOperation),
  checker: uniqueLikesChecker(),
});

function isLikesOperation(operation: Operation): operation is Operation<LikesInput, LikesOutput> {
  const { input, output } = operation;
  if (input.f === "likes") return isAbsentOr(output, isDecimalText);
  return (input.f === "like" || input.f === "unlike") && isText(input["user"]) && isAbsentOr(output, (value) => value === null);
}
