// The random histories of the long comparison: small enough for brute force, wrong in many ways, full of lost outcomes.
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { seededRandom } from "../harness/random.ts";
import { perturbed, withMaybes } from "../checkers/linearizability/simulated/perturbed-history.ts";
import { simulateOperations } from "../checkers/linearizability/simulated/simulated-history.ts";
import type { SimulatedObject } from "../checkers/linearizability/simulated/simulated-history.ts";

/**
 * 3 to 10 operations of 2 to 5 clients, now and then up to 15. In three of four some outcomes are lost, in one of five
 * some operations failed, in one of five some became maybes; a little more than half are perturbed.
 */
export function fuzzHistory<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, seed: string): Operation<I, O>[] {
  const random = seededRandom(seed);
  const isLarger = random.chance(0.005, "larger");
  const operations = simulateOperations(
    object,
    {
      clientCount: 2 + random.below(4, "clients"),
      operationCount: isLarger ? 11 + random.below(5, "operations") : 3 + random.below(8, "operations"),
      indeterminate: random.chance(0.25, "all known") ? 0 : !isLarger && random.chance(0.2, "rough") ? 0.5 : 0.2,
      failed: random.chance(0.2, "some fail") ? 0.1 : 0,
    },
    random,
  );
  const changed = random.chance(0.55, "perturbed") ? perturbed(object, operations, { changes: 1 + random.below(2, "changes"), random }) : operations;
  return random.chance(0.2, "maybes") ? withMaybes(changed, random) : changed;
}
