// The judge of linearizations must reject every kind of corrupted certificate, else it guarantees nothing.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import { seededRandom } from "../../harness/random.ts";
import { faultOfLinearization } from "./certificate.ts";
import { operationsOf } from "./simulated/handwritten.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { ReducedSearch } from "./search/reduced-search.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import { simulatedRegister } from "./simulated/simulated-objects.ts";

const operations = operationsOf<RegisterInput, RegisterOutput>([
  [0, 0, 1, { f: "write", key: "x", value: "1" }, null],
  [1, 2, 5, { f: "write", key: "x", value: "2" }, null],
  [2, 3, 4, { f: "read", key: "x" }, "1"],
  [3, 6, undefined, { f: "write", key: "x", value: "3" }],
]);

describe("a linearization", () => {
  test("is accepted with and without the operation nobody knows of", () => {
    expect(faultOfLinearization(registerModel, operations, [0, 2, 1])).toBeUndefined();
    expect(faultOfLinearization(registerModel, operations, [0, 2, 1, 3])).toBeUndefined();
  });
  test("is rejected without one of the completed operations", () =>
    expect(faultOfLinearization(registerModel, operations, [0, 2])).toBe("operation 1 is missing"));
  test("is rejected if an operation occurs twice", () =>
    expect(faultOfLinearization(registerModel, operations, [0, 2, 1, 1])).toBe("operation 1 occurs twice"));
  test("is rejected if it names an operation that does not exist", () =>
    expect(faultOfLinearization(registerModel, operations, [0, 2, 1, 7])).toBe("there is no operation 7"));
  test("is rejected if a step is illegal", () =>
    expect(faultOfLinearization(registerModel, operations, [0, 1, 2])).toBe("operation 2 is impossible at its place"));
  test("is rejected if it breaks real time", () =>
    expect(faultOfLinearization(registerModel, operations, [2, 0, 1])).toBe("operation 2 is impossible at its place"));
  test("is rejected if it breaks real time with legal steps", () => {
    const two = operationsOf<RegisterInput, RegisterOutput>([
      [0, 0, 1, { f: "write", key: "x", value: "1" }, null],
      [1, 2, 3, { f: "write", key: "x", value: "2" }, null],
    ]);
    expect(faultOfLinearization(registerModel, two, [1, 0])).toBe("operation 0 comes after one that began when it was over");
  });
  test("is rejected if an operation of unknown outcome stands after its end, and accepted before it", () => {
    const maybe = operations.map((operation) => (operation.id === 3 ? { ...operation, completedIndex: 7 } : operation));
    const later = operationsOf<RegisterInput, RegisterOutput>([[4, 8, 9, { f: "write", key: "x", value: "4" }, null]]).map((each) => ({ ...each, id: 4 }));
    expect(faultOfLinearization(registerModel, [...maybe, ...later], [0, 2, 1, 3, 4])).toBeUndefined();
    expect(faultOfLinearization(registerModel, [...maybe, ...later], [0, 2, 1, 4, 3])).toBe("operation 3 comes after one that began when it was over");
  });
  test("is rejected if it contains a failed operation", () => {
    const failed = operations.map((operation) => (operation.id === 3 ? { ...operation, type: "fail" as const } : operation));
    expect(faultOfLinearization(registerModel, failed, [0, 2, 1, 3])).toBe("operation 3 failed and has no place");
  });
});

test("random corruptions of random linearizations are noticed unless they are linearizations themselves", () => {
  const search = new ReducedSearch(registerModel);
  let noticed = 0;
  for (let index = 0; index < 300; index++) {
    const random = seededRandom(`corrupt/${index}`);
    const history = simulateOperations(simulatedRegister({ keyCount: 1, valueCount: 0 }), { clientCount: 3, operationCount: 12, indeterminate: 0.1 }, random);
    const relevant = history.filter((operation) => operation.type === "ok" || operation.input.f !== "read");
    const answer = search.run(relevant, { maxSteps: 1e6, limits: stepLimits(1e6) }, { withClasses: false });
    if (answer.verdict !== "valid") throw new Error("a simulated history is valid");
    const order = [...answer.order];
    const [one, other] = [random.below(order.length, "one"), random.below(order.length, "other")];
    [order[one], order[other]] = [order[other] ?? 0, order[one] ?? 0];
    const fault = faultOfLinearization(registerModel, relevant, order);
    if (fault !== undefined) noticed++;
    else expect(replaySlowly(order)).toBe(true);

    function replaySlowly(positions: readonly number[]): boolean {
      return positions.every((position, place) =>
        positions.slice(place + 1).every((later) => (relevant[later]?.completedIndex ?? 0) > (relevant[position]?.invokedIndex ?? 0)),
      );
    }
  }
  expect(noticed).toBeGreaterThan(100);
});
