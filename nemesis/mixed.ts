// A few kinds of trouble at the same time, each with its own rhythm: faults that only hurt together.
import { faultKinds } from "../harness/faults.ts";
import type { Nemesis } from "../harness/nemesis.ts";
import { named } from "./define.ts";
import { drawFault, isDrawable, lengthsOf } from "./draw-fault.ts";
import { alternating } from "./windows.ts";

const mostKinds = 3;

export const mixed: Nemesis = {
  name: "mixed",
  text: "Two or three kinds of faults, overlapping, one after the other within each kind.",
  kinds: faultKinds.filter(isDrawable),
  schedule(context) {
    const { random, allowed, durationMs } = context;
    const usable = faultKinds.filter((kind) => allowed.has(kind) && isDrawable(kind));
    if (usable.length === 0 || durationMs < 2) return [];
    const chosen = random.shuffle(usable, "kinds").slice(0, random.between(2, mostKinds, "kind-count"));
    const faults = chosen.flatMap((kind) => {
      const own = { ...context, random: random.fork(kind) };
      const [shortestMs, longestMs] = lengthsOf(kind);
      const windows = alternating(own.random, { durationMs, shortestMs, longestMs, calmMs: [500, 4000] });
      return windows.flatMap((window) => {
        const body = drawFault(kind, own);
        return body === undefined ? [] : [{ body, window }];
      });
    });
    return named("mixed", faults);
  },
};
