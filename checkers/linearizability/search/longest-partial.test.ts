// How far a search came is shown to people as an explanation that far, so it must be one.
import { expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import { faultOfLinearization } from "../certificate.ts";
import { everyObject } from "../simulated/every-object.ts";
import { JustInTimeSearch } from "../just-in-time/just-in-time-search.ts";
import { withMaybes } from "../simulated/perturbed-history.ts";
import { ReducedSearch } from "./reduced-search.ts";
import { simulateOperations, type SimulatedObject } from "../simulated/simulated-history.ts";

const historyCount = 300;

function badHistories<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): Operation<I, O>[][] {
  return Array.from({ length: historyCount }, (_, index) => {
    const random = seededRandom(`partial/${index}`);
    const options = { clientCount: 3, operationCount: 4 + random.below(5, "operations"), indeterminate: 0.2, bad: "anywhere" } as const;
    const operations = simulateOperations(object, options, random);
    return random.chance(0.7, "maybes") ? withMaybes(operations, random) : operations;
  });
}

test.each(everyObject.map((object) => [object.name, object] as const))("the longest partial linearization of a %s is one", (_name, { use }) => {
  use((object) => {
    const { model } = object;
    const searches = [new ReducedSearch(model), new JustInTimeSearch(model)];
    let impossibleCount = 0;
    for (const operations of badHistories(object)) {
      for (const search of searches) {
        const answer = search.run(operations, { maxSteps: 1e6, limits: stepLimits(1e6) }, { withClasses: true, looksAhead: false });
        if (answer.verdict !== "invalid") continue;
        impossibleCount++;
        const placed = search.longestPartial.flatMap((position) => operations[position] ?? []);
        expect(placed.length).toBe(search.longestPartial.length);
        expect(faultOfLinearization(model, placed, [...placed.keys()])).toBeUndefined();
      }
    }
    expect(impossibleCount).toBeGreaterThan(0);
  });
});
