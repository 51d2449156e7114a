import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GrowingSetState } from "./growing-set-state.ts";

test("states that grow from the same one do not see each other", () => {
  const one = GrowingSetState.empty().with("1");
  const [two, three] = [one.with("2"), one.with("3")];
  expect([one, two, three, two.with("3"), three.with("2")].map((state) => state.elements())).toEqual([
    ["1"],
    ["1", "2"],
    ["1", "3"],
    ["1", "2", "3"],
    ["1", "2", "3"],
  ]);
  expect(one.with("1")).toBe(one);
  expect(two.with("2")).toBe(two);
});

test("a state consists of its elements, each once, in any order", () => {
  const state = GrowingSetState.empty().with("1").with("2");
  expect(state.consistsOf(["2", "1"])).toBe(true);
  for (const wrong of [["1"], ["1", "1"], ["1", "3"], ["1", "2", "3"]]) expect(state.consistsOf(wrong)).toBe(false);
  state.with("3");
  expect(state.consistsOf(["1", "3"])).toBe(false);
});

test("any tree of states is like a tree of sets", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.constantFrom("a", "b", "c", "d"))), (steps) => {
      const states = [{ state: GrowingSetState.empty(), set: new Set<string>() }];
      for (const [from, element] of steps) {
        const parent = states[from % states.length];
        if (parent !== undefined) states.push({ state: parent.state.with(element), set: new Set([...parent.set, element]) });
      }
      for (const { state, set } of states) {
        expect(state.elements()).toEqual([...set].toSorted((one, other) => (one < other ? -1 : 1)));
        expect(states.filter((other) => state.consistsOf([...other.set])).every((other) => other.set.size === set.size)).toBe(true);
        expect(state.consistsOf([...set])).toBe(true);
      }
    }),
  );
});
