// The monitor of registers: what it accuses, what it lets pass, where it has no answer; and brute force agrees.
import { describe, expect, test } from "vitest";
import type { Operation } from "../../../../harness/operation.ts";
import { seededRandom } from "../../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../../brute-force.ts";
import { faultOfLinearization } from "../../certificate.ts";
import { operationsOf } from "../../simulated/handwritten.ts";
import type { Handwritten } from "../../simulated/handwritten.ts";
import { asMaybe } from "../../maybe.ts";
import type { MonitorAnswer } from "../../model.ts";
import { register, registerModel } from "../../models/register.ts";
import type { RegisterInput, RegisterModel, RegisterOutput } from "../../models/register.ts";
import { relevantOperations } from "../../partition.ts";
import { perturbed, withMaybes } from "../../simulated/perturbed-history.ts";
import { simulateOperations } from "../../simulated/simulated-history.ts";
import { simulatedRegister } from "../../simulated/simulated-objects.ts";
import { registerZones } from "./register-zones.ts";

type Lines = readonly Handwritten<RegisterInput, RegisterOutput>[];
type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const read: RegisterInput = { f: "read", key: "x" };
const remove: RegisterInput = { f: "delete", key: "x" };
const write = (value: string): RegisterInput => ({ f: "write", key: "x", value });
const cas = (from: string | null, to: string): RegisterInput => ({ f: "cas", key: "x", from, to });

/** The answer, after it was compared with brute force. */
function answerTo(operations: readonly RegisterOperation[], model: RegisterModel = registerModel): MonitorAnswer {
  const answer = registerZones(model.initial).decide(operations);
  expect(mistakeOf(model, operations, answer)).toBeUndefined();
  return answer;
}

function mistakeOf(model: RegisterModel, operations: readonly RegisterOperation[], answer: MonitorAnswer): string | undefined {
  if (answer.verdict === "inapplicable") return undefined;
  const isValid = isLinearizableByBruteForce(model, operations);
  if ((answer.verdict === "valid") !== isValid) return `it says ${answer.verdict}`;
  if (answer.verdict === "valid") return faultOfLinearization(model, operations, answer.order);
  // A refutation stands whether or not anything else took effect.
  const few = operations.flatMap((operation, position) => (answer.suspects.includes(position) ? [operation] : (asMaybe(model, operation) ?? [])));
  return isLinearizableByBruteForce(model, few) ? "its suspects can be explained" : undefined;
}

function suspectsIn(lines: Lines, model: RegisterModel = registerModel): readonly number[] {
  const answer = answerTo(operationsOf(lines), model);
  return answer.verdict === "invalid" ? answer.suspects.toSorted((one, other) => one - other) : [];
}

function verdictOn(lines: Lines, model: RegisterModel = registerModel): string {
  const answer = answerTo(operationsOf(lines), model);
  return answer.verdict === "inapplicable" ? answer.why : answer.verdict;
}

describe("it accuses, and names the fewest operations that say so:", () => {
  test("a value from nowhere", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [1, 2, 3, read, "2"],
      ]),
    ).toEqual([1]));
  test("a read that ends before its value is written", () =>
    expect(
      suspectsIn([
        [1, 0, 1, read, "1"],
        [0, 2, 3, write("1"), null],
      ]),
    ).toEqual([0, 1]));
  test("a stale read, by the two values that must hold at once", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, write("2"), null],
        [1, 4, 5, read, "2"],
        [1, 6, 7, read, "1"],
        [1, 8, 9, read, "2"],
      ]),
    ).toEqual([0, 1, 3, 4]));
  test("a write in the midst of the time of another value", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, write("2"), null],
        [1, 4, 5, read, "1"],
      ]),
    ).toEqual([0, 1, 2]));
  test("a lost write, by the initial value that is still there", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [1, 2, 3, read, null],
      ]),
    ).toEqual([0, 1]));
  test("two compare-and-sets that replaced the same value", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [1, 2, 5, cas("1", "2"), true],
        [2, 3, 6, cas("1", "3"), true],
      ]),
    ).toEqual([1, 2]));
  test("compare-and-sets that only feed each other", () =>
    expect(
      suspectsIn([
        [1, 2, 5, cas("1", "2"), true],
        [2, 3, 6, cas("2", "1"), true],
      ]),
    ).toHaveLength(1));
  test("a read of what a compare-and-set had replaced", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [1, 2, 5, cas("1", "2"), true],
        [2, 6, 7, read, "1"],
      ]),
    ).toEqual([1, 2]));
  test("a write after a compare-and-set was done and before its value was read, though what that replaced was still being written", () =>
    expect(
      suspectsIn([
        [0, 0, 10, write("1"), null],
        [1, 1, 4, cas("1", "2"), true],
        [2, 5, 6, write("3"), null],
        [3, 20, 21, read, "2"],
      ]),
    ).toEqual([1, 2, 3]));
  test("a refusal while the value was certainly there", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [1, 2, 3, cas("1", "2"), false],
        [2, 4, 5, read, "1"],
      ]),
    ).toEqual([0, 1, 2]));
  test("a refusal when nobody can have replaced the value since", () =>
    expect(
      suspectsIn([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, write("2"), null],
        [1, 4, 5, cas("2", "3"), false],
        [0, 6, 7, write("4"), null],
      ]),
    ).toEqual([1, 2]));
  test("a refusal of the initial value that nobody had replaced", () => expect(suspectsIn([[1, 4, 5, cas(null, "3"), false]])).toEqual([0]));
  test("nothing in the midst of the time of a value, whoever deletes", () =>
    expect(
      suspectsIn([
        [0, 0, 1, remove, null],
        [0, 2, 3, write("1"), null],
        [1, 4, 5, read, null],
        [1, 6, 7, read, "1"],
        [0, 8, 9, remove, null],
      ]),
    ).toEqual([1, 2, 3]));
});

describe("it lets pass:", () => {
  test("values that come and go between the reads of another process", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [0, 2, 9, write("2"), null],
        [1, 3, 4, read, "1"],
        [1, 5, 6, read, "2"],
      ]),
    ).toBe("valid"));
  test("an indeterminate write that took effect, and one that nobody saw", () =>
    expect(
      verdictOn([
        [0, 0, undefined, write("1")],
        [1, 1, undefined, write("2")],
        [2, 2, 3, read, null],
        [2, 4, 5, read, "1"],
      ]),
    ).toBe("valid"));
  test("a read of which nobody heard", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [1, 2, undefined, read],
        [0, 3, 4, read, "1"],
      ]),
    ).toBe("valid"));
  test("a refusal that a concurrent write explains", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [1, 2, 5, cas("1", "2"), false],
        [0, 3, 4, write("3"), null],
      ]),
    ).toBe("valid"));
  test("a refusal that only an indeterminate write explains", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [2, 2, undefined, write("3")],
        [1, 4, 5, cas("1", "2"), false],
      ]),
    ).toBe("valid"));
  test("a refusal of a value that came and went before another one", () =>
    expect(
      verdictOn([
        [0, 0, 4, write("1"), null],
        [1, 1, 2, read, null],
        [2, 3, 5, write("2"), null],
        [3, 6, 7, cas("2", "3"), false],
      ]),
    ).toBe("valid"));
  test("nothing after one of several deletes", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, remove, null],
        [1, 4, 5, read, null],
        [0, 6, 7, write("2"), null],
        [0, 8, 9, remove, null],
        [1, 10, 11, read, null],
      ]),
    ).toBe("valid"));
  test("compare-and-sets from nothing, one after each delete", () =>
    expect(
      verdictOn([
        [0, 0, 3, cas(null, "1"), true],
        [1, 1, 5, remove, null],
        [2, 2, 7, cas(null, "2"), true],
        [1, 6, 8, remove, null],
        [0, 9, 10, cas(null, "3"), true],
      ]),
    ).toBe("valid"));
  test("a compare-and-set of unknown outcome that wanted nothing, in the midst of the time of a value", () => {
    const operations = operationsOf<RegisterInput, RegisterOutput>([
      [0, 0, 1, remove, null],
      [0, 2, 3, write("1"), null],
      [1, 4, undefined, cas(null, "2")],
      [2, 6, 7, read, "1"],
    ]);
    const maybes = operations.map((operation) => (operation.type === "info" ? { ...operation, completedIndex: 5 } : operation));
    expect(answerTo(maybes).verdict).toBe("valid");
  });
  test("one delete of a register that began with a value, like any other write", () =>
    expect(
      verdictOn(
        [
          [0, 0, 1, read, "0"],
          [0, 2, 3, remove, null],
          [1, 4, 5, read, null],
          [1, 6, 7, cas(null, "1"), true],
        ],
        register("0"),
      ),
    ).toBe("valid"));
});

describe("it has no answer where", () => {
  test("a value is written twice", () =>
    expect(
      verdictOn([
        [0, 0, 1, write("1"), null],
        [0, 2, 3, cas("1", "1"), true],
      ]),
    ).toBe("value 1 is written twice"));
  test("the initial value is written", () => expect(verdictOn([[0, 0, 1, write("0"), null]], register("0"))).toBe("the initial value is written"));
  test("a completed read does not say what it read", () => expect(verdictOn([[0, 0, 1, read]])).toBe("a completed read has no value as its answer"));
  test("a completed compare-and-set does not say whether it matched", () =>
    expect(verdictOn([[0, 0, 1, cas("1", "2")]])).toBe("a completed compare-and-set does not say whether it matched"));
});

describe.each([
  { title: "reads and writes", object: simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0, deleteShare: 0 }), declined: 0 },
  { title: "compare-and-sets", object: simulatedRegister({ keyCount: 1, valueCount: 0, deleteShare: 0 }), declined: 0.02 },
  { title: "deletes", object: simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0, deleteShare: 0.15 }), declined: 0.02 },
  { title: "everything", object: simulatedRegister({ keyCount: 1, valueCount: 0, deleteShare: 0.1 }), declined: 0.05 },
  {
    title: "everything on a register that is not empty at first",
    object: { ...simulatedRegister({ keyCount: 1, valueCount: 0, deleteShare: 0.1 }), model: register("0") },
    declined: 0.05,
  },
])("on random histories of $title", ({ title, object, declined }) => {
  const { model } = object;
  const monitor = registerZones(model.initial);
  test("it agrees with brute force, and decides nearly all", () => {
    let [validCount, invalidCount, declinedCount] = [0, 0, 0];
    for (let index = 0; index < 6000; index++) {
      const random = seededRandom(`zones/${title}/${index}`);
      const options = {
        clientCount: random.between(2, 5, "clients"),
        operationCount: random.between(3, 10, "operations"),
        indeterminate: index % 4 === 0 ? 0 : 0.15,
      };
      const simulated = simulateOperations(object, options, random);
      const changed = index % 2 === 0 ? simulated : perturbed(object, simulated, { changes: random.between(1, 2, "changes"), random });
      const all = index % 5 === 0 ? withMaybes(changed, random) : changed;
      const operations = relevantOperations(model, all);
      const answer = monitor.decide(operations);
      expect({ index, mistake: mistakeOf(model, operations, answer) }).toEqual({ index, mistake: undefined });
      if (answer.verdict === "inapplicable") declinedCount++;
      else if (answer.verdict === "valid") validCount++;
      else invalidCount++;
    }
    expect(validCount).toBeGreaterThan(2000);
    expect(invalidCount).toBeGreaterThan(500);
    expect(declinedCount).toBeLessThanOrEqual(declined * 6000);
  });
});

test("refusals and deletes among many clients are placed, ten thousand operations at a time", () => {
  const object = simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0.25, deleteShare: 0.02 });
  const operations = simulateOperations(object, { clientCount: 16, operationCount: 10_000, indeterminate: 0.02 }, seededRandom("many"));
  const relevant = relevantOperations(registerModel, operations);
  const answer = registerZones(null).decide(relevant);
  expect(answer.verdict).toBe("valid");
  if (answer.verdict === "valid") expect(faultOfLinearization(registerModel, relevant, answer.order)).toBeUndefined();
});
