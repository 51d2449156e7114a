// Random histories of an object that is right, or nearly. For authors of models who want to see theirs at work.
import type { History } from "../../../harness/history.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import { historyOf, simulateOperations } from "./simulated-history.ts";
import type { SimulatedObject, SimulationOptions } from "./simulated-history.ts";

/** Linearizable by construction, unless an answer is falsified (`bad`). The same stream of chance gives the same history. */
export function simulateHistory<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  options: SimulationOptions,
  random: Random,
): History<I, O> {
  return historyOf(simulateOperations(object, options, random));
}
