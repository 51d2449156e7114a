// The long comparison itself: it notices wrong opinions, makes differences small, and adds up what several processes found.
import { describe, expect, test } from "vitest";
import { operationsOf } from "../checkers/linearizability/simulated/handwritten.ts";
import { registerModel } from "../checkers/linearizability/models/register.ts";
import type { RegisterInput, RegisterOutput } from "../checkers/linearizability/models/register.ts";
import { emptyRecord, markdownOf, merged } from "./linearizability-fuzz-record.ts";
import type { FuzzRecord } from "./linearizability-fuzz-record.ts";
import { linesOf, shrunk } from "./linearizability-fuzz-shrink.ts";
import { Trial, isWrong } from "./linearizability-fuzz-trial.ts";

const operations = operationsOf<RegisterInput, RegisterOutput>([
  [0, 0, 1, { f: "write", key: "x", value: "1" }, null],
  [1, 2, 5, { f: "write", key: "x", value: "2" }, null],
  [2, 3, 4, { f: "read", key: "x" }, "3"],
  [3, 6, undefined, { f: "write", key: "x", value: "4" }],
]);

function isNoticed(model: typeof registerModel, history = operations): boolean {
  const { isValid, opinions } = new Trial(model).judge(history, true);
  return opinions.some((opinion) => isWrong(opinion, isValid));
}

describe("the comparison", () => {
  test("finds nothing wrong with the algorithms on an impossible history", () => expect(isNoticed(registerModel)).toBe(false));
  test("notices a monitor that passes everything", () => {
    const monitor = { name: "broken", precondition: "none", decide: () => ({ verdict: "valid", order: [0, 1, 2] }) as const };
    expect(isNoticed({ ...registerModel, monitors: [monitor] })).toBe(true);
  });
  test("notices a model that calls writes observers", () => {
    const seen = operationsOf<RegisterInput, RegisterOutput>([
      [0, 0, undefined, { f: "write", key: "x", value: "1" }],
      [1, 2, 5, { f: "read", key: "x" }, "1"],
    ]);
    expect(isNoticed(registerModel, seen)).toBe(false);
    expect(isNoticed({ ...registerModel, isReadOnly: () => true }, seen)).toBe(true);
  });
  test("notices a crash", () => {
    const monitor = {
      name: "crashing",
      precondition: "none",
      decide: () => {
        throw new Error("crash");
      },
    };
    expect(isNoticed({ ...registerModel, monitors: [monitor] })).toBe(true);
  });
});

test("a difference is made as small as it can be", () => {
  const isDifferent = (some: typeof operations): boolean => some.some(({ input, type }) => input.f === "read" && type === "ok");
  expect(linesOf(shrunk(operations, (some) => isDifferent([...some])))).toEqual(['process 2, 3..4: {"f":"read","key":"x"} -> "3"']);
});

describe("records", () => {
  const part = (histories: number, seed = "s"): FuzzRecord => ({
    date: "2026-01-01",
    commit: "c",
    node: "v24",
    command: "npm run fuzz -- --shard 1/2 --json a.json",
    seed,
    objects: [{ ...emptyRecord("queue"), histories, valid: histories, decided: { "queue order": histories } }],
  });

  test("of several processes are added up", () => {
    const whole = merged([part(2), part(3)]);
    expect(whole.objects).toMatchObject([{ object: "queue", histories: 5, valid: 5, decided: { "queue order": 5 } }]);
    expect(whole.command).toBe("npm run fuzz --");
    expect(markdownOf(whole)).toContain("**5 histories of 1 objects, 0 differences**");
  });
  test("of different runs are not", () => expect(() => merged([part(2), part(3, "other")])).toThrow("no part of"));
});
