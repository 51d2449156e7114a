// Plans as fast-check arbitraries: properties over whole runs, shrunk the way Faultline shrinks. For users' property tests.
import fc from "fast-check";
import type { Plan } from "../harness/plan.ts";
import type { RunResult } from "../harness/run.ts";
import { runPlan } from "../harness/runner.ts";
import { searchPlan } from "../harness/search.ts";
import { smallerPlans } from "../harness/shrink-candidates.ts";
import type { System } from "../harness/system.ts";
import { resolveWith, type SystemCheckOptions } from "./check-system.ts";

/** What of a check's options makes sense for a single plan. */
export type PlanOptions = Omit<SystemCheckOptions, "seeds" | "seedBase" | "shrinkMs">;

/**
 * Plans of the system's default search. Run them with `run`: it remembers what was really run, and a failing plan shrinks
 * by leaving out clients, faults and operations of that script. Fixed by fast-check's seed, like every arbitrary.
 *
 *     const plans = planArbitrary(system);
 *     await fc.assert(fc.asyncProperty(plans, async (plan) => (await plans.run(plan)).verdict.verdict !== "invalid"), { numRuns: 50 });
 */
export function planArbitrary(system: System, options: PlanOptions = {}): PlanArbitrary {
  return new PlanArbitrary(system, options);
}

export class PlanArbitrary extends fc.Arbitrary<Plan> {
  readonly #system: System;
  readonly #options: PlanOptions;
  readonly #recorded = new WeakMap<Plan, Plan>();

  constructor(system: System, options: PlanOptions) {
    super();
    this.#system = system;
    this.#options = options;
  }

  /** Runs the plan in simulation. */
  async run(plan: Plan): Promise<RunResult> {
    const result = await runPlan(resolveWith(this.#system, plan, this.#options.ownNemeses));
    this.#recorded.set(plan, result.plan);
    return result;
  }

  override generate(random: fc.Random): fc.Value<Plan> {
    const { variant, bug, ownNemeses: _own, ...overrides } = this.#options;
    const request = {
      system: this.#system,
      module: `in-process:${this.#system.name}`,
      overrides,
      ...(variant === undefined ? {} : { variant }),
      ...(bug === undefined ? {} : { bug }),
    };
    return new fc.Value(searchPlan({ ...request, seedBase: "fast-check", index: random.nextInt(0, 0x7fffffff) }), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Plan {
    return typeof value === "object" && value !== null && "schema" in value && value.schema === "faultline/plan/1";
  }

  override shrink(plan: Plan): fc.Stream<fc.Value<Plan>> {
    // A plan that has a script is shrunk as it is: what a run records differs from it in microseconds, and would never settle.
    return fc.stream(candidates(plan.script === undefined ? (this.#recorded.get(plan) ?? plan) : plan));
  }
}

function* candidates(plan: Plan): IterableIterator<fc.Value<Plan>> {
  for (const smaller of smallerPlans(plan)) yield new fc.Value(smaller, undefined);
}
