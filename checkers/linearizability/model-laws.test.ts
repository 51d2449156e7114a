import { describe, expect, test } from "vitest";
import { seededRandom } from "../../harness/random.ts";
import { everyObject } from "./simulated/every-object.ts";
import type { Model } from "./model.ts";
import { lawsBrokenBy, type SampleOperation } from "./model-laws.ts";
import { messageBagModel } from "./models/message-bag.ts";
import { redeliveringQueueModel } from "./models/redelivering-queue.ts";

type NumberInput = { readonly f: "write"; readonly value: number } | { readonly f: "read" };

const sample: readonly SampleOperation<NumberInput, number | null>[] = [
  { input: { f: "write", value: 1 }, output: null },
  { input: { f: "write", value: 2 }, output: null },
  { input: { f: "read" }, output: 1 },
];

const sound: Model<number, NumberInput, number | null> = {
  name: "number",
  initial: 0,
  step: (state, input, output) => (input.f === "write" ? input.value : output === undefined || output === state ? state : undefined),
  isReadOnly: (input) => input.f === "read",
  describeOperation: (input) => (input.f === "write" ? `write ${input.value}` : "read"),
  describeResult: (input, output) => (input.f === "read" ? `-> ${output ?? "nothing"}` : ""),
  describeState: String,
};

describe("the laws of models", () => {
  test.each(everyObject)("are kept by the model of a $name", (named) => {
    const broken = named.use((object) => {
      const random = seededRandom("laws");
      const inputs = Array.from({ length: 12 }, (_, count) => object.draw(random, count % 4));
      const operations = inputs.flatMap((input) => {
        const answers = [object.answer(object.model.initial, input), object.falsify(input, random), object.falsify(input, random)];
        return answers.flatMap((output) => (output === undefined ? [] : [{ input, output }]));
      });
      return lawsBrokenBy(object.model, operations, { maximalStates: 100 });
    });
    expect(broken).toEqual([]);
  });

  test.each([messageBagModel, redeliveringQueueModel])("are kept by the model of a $name", (model) => {
    const inputs = [{ f: "enqueue", key: "k", value: "a" } as const, { f: "enqueue", key: "k", value: "b" } as const, { f: "dequeue", key: "k" } as const];
    const operations = inputs.flatMap((input) => (input.f === "dequeue" ? ["a", "b", null] : [null]).map((output) => ({ input, output })));
    expect(lawsBrokenBy(model, operations, { maximalStates: 60 })).toEqual([]);
  });

  test("are kept by a plain number", () => {
    expect(lawsBrokenBy(sound, sample)).toEqual([]);
  });

  test("forbid to refuse an unknown outcome", () => {
    const model: typeof sound = {
      ...sound,
      step: (state, input, output) => (input.f === "read" && output !== state ? undefined : sound.step(state, input, output)),
    };
    expect(lawsBrokenBy(model, sample)).toContain("read is impossible with unknown outcome when it is 0: it must leave the state as it is");
  });

  test("are tried in states that only an answer leads to, and in those that only a lost one leads to", () => {
    const stumbling = (at: number): typeof sound => ({
      ...sound,
      step: (state, input, output) => (state === at && input.f === "read" && output === undefined ? undefined : (output ?? (state === 0 ? 8 : state))),
      isReadOnly: () => false,
    });
    const [answered, lost] = [9, 8].map((at) => lawsBrokenBy(stumbling(at), [{ input: { f: "read" }, output: 9 }]));
    expect(answered).toEqual(["read is impossible with unknown outcome when it is 9: it must leave the state as it is"]);
    expect(lost).toEqual(["read is impossible with unknown outcome when it is 8: it must leave the state as it is"]);
    expect(lawsBrokenBy(stumbling(9), [{ input: { f: "read" }, output: 9 }], { maximalStates: 1 })).toEqual([]);
  });

  test("forbid to call read-only what changes only some states", () => {
    const model: typeof sound = { ...sound, isReadOnly: (input) => input.f === "read" || input.value === 1 };
    expect(lawsBrokenBy(model, sample)).toEqual([
      "write 1 with unknown outcome is called read-only, but when it is 0 it leaves 1",
      "write 1 is called read-only, but when it is 0 it leaves 1",
    ]);
  });

  test("forbid to call read-only what no answer should have been possible for", () => {
    const model: typeof sound = { ...sound, isReadOnly: (input, output) => input.f === "read" || output === 7 };
    expect(lawsBrokenBy(model, [...sample, { input: { f: "write", value: 3 }, output: 7 }])).toEqual([
      "write 3 is called read-only, but when it is 0 it leaves 3",
    ]);
  });

  test("forbid one pending class for different effects", () => {
    expect(lawsBrokenBy({ ...sound, pendingClass: (input) => input.f }, sample)).toContain(
      "write 1 and write 2 are both of the pending class write, but differ when it is 0",
    );
  });

  test("forbid steps that change the state they were given, or that remember", () => {
    const list: Model<number[], NumberInput, number | null> = {
      name: "list",
      initial: [],
      step(state, input) {
        if (input.f === "write" && state.length < 3) state.push(input.value);
        return state;
      },
      stateKey: (state) => state.join(" "),
      describeOperation: (input) => input.f,
      describeState: (state) => `[${state.join(", ")}]`,
    };
    expect(lawsBrokenBy(list, sample)).toContain("write with unknown outcome changes the state that it was given: []");
    let calls = 0;
    expect(lawsBrokenBy({ ...sound, step: () => calls++ % 3 }, sample)).toContain("write 1 with unknown outcome leads to one state and then to another from 0");
  });
});
