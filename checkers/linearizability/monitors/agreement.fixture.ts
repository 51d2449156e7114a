// Compares a monitor with brute force on random histories. For the tests of monitors.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Random } from "../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { faultOfLinearization } from "../certificate.ts";
import type { Model, Monitor } from "../model.ts";
import { perturbed, withMaybes } from "../simulated/perturbed-history.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import type { SimulatedObject } from "../simulated/simulated-history.ts";

export interface Agreement {
  readonly valid: number;
  readonly invalid: number;
  readonly inapplicable: number;
  /** Differences, each with the seed of its history; what else is wrong with an answer, too. */
  readonly faults: readonly string[];
}

export interface AgreementOptions {
  readonly historyCount: number;
  /** Chance that a history has maybes. */
  readonly maybes: number;
}

/** Three to nine operations of two to five clients, most with lost answers, half of them perturbed. */
export function agreementOf<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  monitor: Monitor<I, O>,
  { historyCount, maybes }: AgreementOptions,
): Agreement {
  const counts = { valid: 0, invalid: 0, inapplicable: 0 };
  const faults: string[] = [];
  for (let index = 0; index < historyCount; index++) {
    const seed = `${monitor.name}/${maybes}/${index}`;
    const operations = randomOperations(object, seededRandom(seed), maybes);
    const answer = monitor.decide(operations);
    counts[answer.verdict]++;
    if (answer.verdict === "inapplicable") continue;
    const isValid = isLinearizableByBruteForce(object.model, operations);
    if (isValid !== (answer.verdict === "valid")) faults.push(`${seed}: ${answer.verdict} is wrong`);
    else if (answer.verdict === "valid") {
      const fault = faultOfLinearization(object.model, operations, answer.order);
      if (fault !== undefined) faults.push(`${seed}: ${fault}`);
    } else if (canBeExplained(object.model, operations, answer.suspects)) faults.push(`${seed}: the suspects do not contradict each other by themselves`);
  }
  return { ...counts, faults };
}

function randomOperations<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, random: Random, maybes: number): Operation<I, O>[] {
  const indeterminate = random.chance(0.75, "any lost") ? 0.05 + 0.3 * random.float("lost") : 0;
  const options = { clientCount: 2 + random.below(4, "clients"), operationCount: 3 + random.below(7, "operations"), indeterminate };
  const simulated = simulateOperations(object, options, random);
  const changed = random.chance(0.5, "perturbed") ? perturbed(object, simulated, { changes: 1 + random.below(3, "changes"), random }) : simulated;
  return random.chance(maybes, "maybes") ? withMaybes(changed, random, 0.15 + 0.5 * random.float("share")) : changed;
}

/** With all other operations as maybes, as witnesses have it. */
function canBeExplained<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  suspects: readonly number[],
): boolean {
  const questioned = operations.flatMap((operation, position): Operation<I, O>[] => {
    if (operation.type === "info" || suspects.includes(position)) return [operation];
    const { output, ...rest } = operation;
    return model.isReadOnly?.(operation.input, output) === true ? [] : [{ ...rest, type: "info" }];
  });
  return isLinearizableByBruteForce(model, questioned);
}
