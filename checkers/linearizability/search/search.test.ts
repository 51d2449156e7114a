// All ways to decide must agree on random histories of every model: brute force, the plain search, the reduced search with
// and without classes, the just-in-time search, and the monitors where they apply. A difference prints the seed; it then becomes an example here.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Random } from "../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { faultOfLinearization } from "../certificate.ts";
import { everyObject } from "../simulated/every-object.ts";
import { JustInTimeSearch } from "../just-in-time/just-in-time-search.ts";
import type { Model } from "../model.ts";
import { partitionsOf } from "../partition.ts";
import { withMaybes } from "../simulated/perturbed-history.ts";
import { searchPlainly } from "./plain-search.ts";
import { ReducedSearch } from "./reduced-search.ts";
import type { SearchAnswer } from "./search.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import type { SimulatedObject } from "../simulated/simulated-history.ts";

const budget = { maxSteps: 1e9, limits: stepLimits(1e9) };
const historyCount = 250;

function randomOperations<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, random: Random): Operation<I, O>[] {
  const indeterminate = random.chance(0.75, "any lost") ? 0.25 : 0;
  const bad = random.chance(0.5, "bad") ? { bad: "anywhere" as const } : {};
  return simulateOperations(
    object,
    { clientCount: 2 + random.below(4, "clients"), operationCount: 3 + random.below(9, "operations"), indeterminate, ...bad },
    random,
  );
}

/** Much concurrency and many lost operations, half of them wrong: where the reductions have most to do. */
function roughOperations<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, random: Random): Operation<I, O>[] {
  return simulateOperations(
    object,
    { clientCount: 3 + random.below(3, "clients"), operationCount: 4 + random.below(5, "operations"), indeterminate: 0.5, bad: "anywhere" },
    random,
  );
}

function all(isValid: boolean): Readonly<Record<string, boolean>> {
  return { light: isValid, full: isValid, justInTime: isValid };
}

class Deciders<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #search: ReducedSearch<S, I, O>;
  readonly #justInTime: JustInTimeSearch<S, I, O>;

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#search = new ReducedSearch(model);
    this.#justInTime = new JustInTimeSearch(model);
  }

  plain(operations: readonly Operation<I, O>[]): boolean {
    return partitionsOf(this.#model, operations).every((part) => searchPlainly(this.#model, part.operations, budget).verdict === "valid");
  }

  /** Undefined if that many steps do not suffice. */
  plainWithin(operations: readonly Operation<I, O>[], maxSteps: number): boolean | undefined {
    const words = partitionsOf(this.#model, operations).map((part) => searchPlainly(this.#model, part.operations, { ...budget, maxSteps }).verdict);
    return words.includes("unknown") ? undefined : words.every((word) => word === "valid");
  }

  /** The words of our searches; every linearization is replayed. */
  searched(operations: readonly Operation<I, O>[]): { readonly light: boolean; readonly full: boolean; readonly justInTime: boolean } {
    return {
      light: this.#isValid(operations, (part) => this.#search.run(part, budget, { withClasses: false })),
      full: this.#isValid(operations, (part) => this.#search.run(part, budget, { withClasses: true })),
      justInTime: this.#isValid(operations, (part) => this.#justInTime.run(part, budget, { withClasses: operations.length % 2 === 0 })),
    };
  }

  #isValid(operations: readonly Operation<I, O>[], search: (part: readonly Operation<I, O>[]) => SearchAnswer): boolean {
    return partitionsOf(this.#model, operations).every((part) => {
      const answer = search(part.operations);
      if (answer.verdict === "valid") expect(faultOfLinearization(this.#model, part.operations, answer.order)).toBeUndefined();
      return answer.verdict === "valid";
    });
  }

  /** The words of the monitors that apply. They see all indeterminate operations, also those that cannot matter. */
  monitored(operations: readonly Operation<I, O>[]): { readonly monitor: string; readonly isValid: boolean }[] {
    const given = operations.filter(({ type, input }) => type === "ok" || (type === "info" && this.#model.isReadOnly?.(input, undefined) !== true));
    return (this.#model.monitors ?? []).flatMap((monitor) => {
      const answer = monitor.decide(given);
      if (answer.verdict === "inapplicable") return [];
      if (answer.verdict === "valid") expect(faultOfLinearization(this.#model, given, answer.order)).toBeUndefined();
      return [{ monitor: monitor.name, isValid: answer.verdict === "valid" }];
    });
  }
}

describe.each(everyObject)("on histories of a $name", (named) => {
  test("all searches and monitors agree with brute force", () => {
    named.use((object) => {
      const deciders = new Deciders(object.model);
      const words = { valid: 0, invalid: 0 };
      for (let index = 0; index < historyCount; index++) {
        const operations = randomOperations(object, seededRandom(`agree/${index}`));
        const expected = isLinearizableByBruteForce(object.model, operations);
        words[expected ? "valid" : "invalid"]++;
        const found = { plain: deciders.plain(operations), ...deciders.searched(operations) };
        expect({ index, ...found }).toEqual({ index, plain: expected, ...all(expected) });
        for (const { monitor, isValid } of deciders.monitored(operations)) expect({ index, monitor, isValid }).toEqual({ index, monitor, isValid: expected });
      }
      // The comparison means nothing unless both words occur.
      expect(Math.min(words.valid, words.invalid)).toBeGreaterThan(historyCount / 20);
    });
  });

  test("all searches agree where most outcomes are unknown", () => {
    named.use((object) => {
      const deciders = new Deciders(object.model);
      for (let index = 0; index < historyCount; index++) {
        const random = seededRandom(`rough/${index}`);
        const rough = roughOperations(object, random);
        for (const operations of [rough, withMaybes(rough, random)]) {
          const expected = isLinearizableByBruteForce(object.model, operations);
          expect({ index, ...deciders.searched(operations) }).toEqual({ index, ...all(expected) });
        }
      }
    });
  });

  test("the plain and the reduced search agree on longer histories", () => {
    named.use((object) => {
      const deciders = new Deciders(object.model);
      for (let index = 0; index < 20; index++) {
        const operations = simulateOperations(
          object,
          { clientCount: 2, operationCount: 90, indeterminate: 0.01, ...(index % 2 === 0 ? { bad: "late" } : {}) },
          seededRandom(`longer/${index}`),
        );
        const expected = deciders.plainWithin(operations, 5_000);
        if (expected === undefined) continue;
        expect({ index, ...deciders.searched(operations) }).toEqual({ index, ...all(expected) });
      }
    });
  });

  test("operations that took effect before their completion or never are exact", () => {
    named.use((object) => {
      const deciders = new Deciders(object.model);
      for (let index = 0; index < historyCount; index++) {
        const random = seededRandom(`maybes/${index}`);
        const operations = withMaybes(randomOperations(object, random), random);
        const expected = isLinearizableByBruteForce(object.model, operations);
        expect({ index, ...deciders.searched(operations) }).toEqual({ index, ...all(expected) });
      }
    });
  });
});
