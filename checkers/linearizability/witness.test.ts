// Witnesses are small, sound, cannot be made smaller, and say what happened in a sentence.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { Decider } from "./decision.ts";
import { everyObject } from "./simulated/every-object.ts";
import { explainWitness } from "./explanation.ts";
import { operationsOf } from "./simulated/handwritten.ts";
import type { Handwritten } from "./simulated/handwritten.ts";
import type { Model } from "./model.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "./models/fifo-queue.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { until } from "./maybe.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import type { SimulatedObject } from "./simulated/simulated-history.ts";
import { simulatedQueue, simulatedRegister } from "./simulated/simulated-objects.ts";
import { minimalWitness } from "./witness.ts";
import type { Witness } from "./witness.ts";

function witnessOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Witness<I, O> {
  const limits = stepLimits(1e8);
  const decider = new Decider(model);
  const answer = decider.decideSome(operations, limits, 8);
  if (answer.answer.verdict !== "invalid") throw new Error("the example is invalid");
  const witness = minimalWitness({ model, decider, operations: answer.operations, suspects: answer.answer.suspects, limits });
  if (witness === undefined) throw new Error("a small history has a witness");
  return witness;
}

const read = { f: "read", key: "x" } as const;
const write = (value: string): RegisterInput => ({ f: "write", key: "x", value });

const cas = (to: string): RegisterInput => ({ f: "cas", key: "x", from: "1", to });
const enqueue = (value: string): QueueInput => ({ f: "enqueue", key: "q", value });
const dequeue: QueueInput = { f: "dequeue", key: "q" };

function registerStory(lines: readonly Handwritten<RegisterInput, RegisterOutput>[]): { readonly ids: number[]; readonly text: string } {
  const witness = witnessOf(registerModel, operationsOf(lines));
  return { ids: witness.operations.map(({ id }) => id), text: explainWitness(registerModel, witness) };
}

describe("the witness of a register", () => {
  test("tells of a stale read with the write that was read and the one that replaced it", () => {
    const story = registerStory([
      [0, 0, 1, write("5"), null],
      [1, 2, 3, write("7"), null],
      [2, 4, 5, read, "7"],
      [1, 6, 7, write("9"), null],
      [3, 8, 9, read, "7"],
      [2, 10, 11, read, "9"],
    ]);
    expect(story).toEqual({ ids: [1, 3, 4], text: "process 3 read 7 although 9 had replaced it before the read began" });
  });
  test("tells of a value from nowhere", () => {
    expect(
      registerStory([
        [0, 0, 1, write("5"), null],
        [1, 2, 3, read, "6"],
      ]),
    ).toEqual({ ids: [1], text: "process 1 read 6, which nobody can have written by then" });
  });
  test("tells of a read that goes back", () => {
    const story = registerStory([
      [0, 0, 1, write("1"), null],
      [1, 2, 9, write("2"), null],
      [2, 3, 4, read, "2"],
      [3, 5, 6, read, "1"],
    ]);
    expect(story).toEqual({ ids: [0, 1, 2, 3], text: "process 3 read 1 although process 2 had read 2 before, and nobody had written 1 since" });
  });
  test("tells of a lost update", () => {
    const story = registerStory([
      [0, 0, 1, write("1"), null],
      [1, 2, 3, read, null],
    ]);
    expect(story).toEqual({ ids: [0, 1], text: "process 1 read nothing although 1 had been written before the read began" });
  });
  test("tells of two compare-and-sets that replaced the same write", () => {
    const story = registerStory([
      [0, 0, 1, write("1"), null],
      [1, 2, 5, cas("2"), true],
      [2, 3, 6, cas("3"), true],
    ]);
    expect(story).toEqual({
      ids: [0, 1, 2],
      text: "process 2: cas x from 1 to 3 -> replaced, but going by the operations shown the register was 2 at every moment of that call",
    });
  });
});

test("a read that is still open takes no place among the writes of unknown outcome that may explain a refusal", () => {
  const story = [
    [4, 0, 4, { f: "read", key: "x" }, "0"],
    [3, 2, 8, { f: "read", key: "x" }, "3"],
    [1, 3, undefined, { f: "write", key: "x", value: "0" }],
    [5, 5, undefined, { f: "write", key: "x", value: "2" }],
    [0, 6, 7, { f: "cas", key: "x", from: "0", to: "1" }, false],
  ] as const;
  expect(witnessOf(registerModel, operationsOf<RegisterInput, RegisterOutput>(story)).operations.map(({ id }) => id)).toEqual([1]);
});

describe("the witness of a queue", () => {
  function queueStory(lines: readonly Handwritten<QueueInput, QueueOutput>[]): readonly number[] {
    return witnessOf(fifoQueueModel, operationsOf(lines)).operations.map(({ id }) => id);
  }
  test("of values that overtake each other is about these two alone", () => {
    const lines = [
      [0, 0, 1, enqueue("1"), null],
      [1, 2, 3, enqueue("2"), null],
      [2, 4, 5, enqueue("3"), null],
      [0, 6, 7, dequeue, "1"],
      [1, 8, 9, dequeue, "3"],
    ] as const;
    expect(queueStory(lines)).toEqual([1, 2, 4]);
  });
  test("of a value that came out twice is both dequeues and the enqueue", () => {
    expect(
      queueStory([
        [0, 0, 1, enqueue("1"), null],
        [2, 2, 3, enqueue("2"), null],
        [0, 6, 7, dequeue, "1"],
        [1, 8, 9, dequeue, "1"],
      ]),
    ).toEqual([0, 2, 3]);
  });
});

test("a witness that would be very large is not looked for without end", () => {
  // Two hundred lost dequeues can have taken two hundred of three hundred values, so an "empty" needs more of them than people read.
  const story: Handwritten<QueueInput, QueueOutput>[] = [];
  const valueCount = 300;
  for (let value = 0; value < valueCount; value++) story.push([0, 2 * value, 2 * value + 1, enqueue(String(value)), null]);
  for (let lost = 0; lost < 200; lost++) story.push([lost + 1, 600 + lost, undefined, dequeue]);
  story.push([0, 900, 901, dequeue, null]);
  // A monitor tells the limits of every question that it answers.
  let questionCount = 0;
  const limits = { memoryBytes: 2 ** 30, spend: (steps: number) => ((questionCount += Math.sign(steps)), undefined) };
  const operations = operationsOf<QueueInput, QueueOutput>(story);
  const decider = new Decider(fifoQueueModel);
  expect(decider.decideSome(operations, limits, 4).answer).toMatchObject({ verdict: "invalid" });
  expect(questionCount).toBe(1);
  expect(minimalWitness({ model: fifoQueueModel, decider, operations, suspects: undefined, limits })).toBeUndefined();
  expect(questionCount).toBeGreaterThan(1_000);
  expect(questionCount).toBeLessThan(2_100);
});

/** The operation, whether or not it took effect; nothing if it can have had none. */
function asMaybe<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>): readonly Operation<I, O>[] {
  if (operation.type === "info") return [operation];
  if (model.isReadOnly?.(operation.input, operation.output) === true) return [];
  const { output: _forgotten, ...rest } = operation;
  return [{ ...rest, type: "info", error: "maybe" }];
}

/** What a witness speaks of: everything until the culprit completed; of containers, only the values in the witness. */
function scopeOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, { operations, prefix }: Witness<I, O>): readonly Operation<I, O>[] {
  if (model.elementOf === undefined) return prefix;
  const elements = new Set(operations.map((operation) => model.elementOf?.(operation)));
  return prefix.filter((operation) => model.elementOf?.(operation) === undefined || elements.has(model.elementOf(operation)));
}

function checkWitnesses<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): number {
  const { model } = object;
  const can = (operations: readonly Operation<I, O>[]): boolean => isLinearizableByBruteForce(model, operations);
  let witnessCount = 0;
  for (let index = 0; index < 120; index++) {
    const random = seededRandom(`witness/${index}`);
    const operations = simulateOperations(object, { clientCount: 3, operationCount: 10, indeterminate: 0.1, bad: "anywhere" }, random);
    if (can(operations)) continue;
    witnessCount++;
    const witness = witnessOf(model, operations);
    const scope = scopeOf(model, witness);
    const keeping = (some: ReadonlySet<Operation<I, O>>, among: readonly Operation<I, O>[]): readonly Operation<I, O>[] =>
      among.flatMap((operation) => (some.has(operation) ? [operation] : asMaybe(model, operation)));
    const kept = new Set(witness.operations.filter((operation) => !witness.sources.has(operation)));
    expect(kept).toContain(witness.culprit);
    expect({ index, alone: can(witness.operations), whateverElse: can(keeping(kept, scope)) }).toEqual({ index, alone: false, whateverElse: false });
    for (const spared of kept) {
      const rest = new Set([...kept].filter((operation) => operation !== spared));
      const found = { rest: can(keeping(rest, scope)), withSources: can(keeping(rest, witness.operations)) };
      expect({ index, spared: spared.id, ...found }).toEqual({ index, spared: spared.id, rest: true, withSources: true });
    }
    expect(explainWitness(model, witness)).toContain(`process ${witness.culprit.process}`);
  }
  return witnessCount;
}

describe.each(everyObject)("on falsified histories of a $name", (named) => {
  test("a witness is impossible whatever else happened, and no operation in it can be spared", () => {
    expect(named.use((object) => checkWitnesses(object))).toBeGreaterThan(10);
  });
});

/** Decides, and counts how many operations it was asked about. */
class CountingDecider<S, I extends Input, O extends Json> extends Decider<S, I, O> {
  operationCount = 0;

  override decideSome(...question: Parameters<Decider<S, I, O>["decideSome"]>): ReturnType<Decider<S, I, O>["decideSome"]> {
    this.operationCount += question[0].length;
    return super.decideSome(...question);
  }
}

function longWitness<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
): readonly [size: number, asked: number] {
  const decider = new CountingDecider(model);
  const limits = stepLimits(1e9);
  const { answer, operations: relevant } = decider.decideSome(operations, limits, 1);
  if (answer.verdict !== "invalid") throw new Error("the example is invalid");
  decider.operationCount = 0;
  const witness = minimalWitness({ model, decider, operations: relevant, suspects: answer.suspects, limits });
  expect(isLinearizableByBruteForce(model, witness?.operations ?? [])).toBe(false);
  // Of a container, the other values are left out.
  if (witness !== undefined && model.elementOf === undefined) expect(witness.prefix).toEqual(until(relevant, witness.culprit.completedIndex));
  return [witness?.operations.length ?? 0, decider.operationCount];
}

describe("the witness of a violation among twenty thousand operations takes a few questions about a few of them", () => {
  const options = { clientCount: 8, operationCount: 20_000, indeterminate: 0.02 };
  test("when a register shows an old value", () => {
    const operations = simulateOperations(simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0.2, deleteShare: 0 }), options, seededRandom("stale"));
    const old = operations.find(({ id, type, input }) => id > 5_000 && type === "ok" && input.f === "write");
    const late = operations.find(({ id, type, input }) => id > 18_000 && type === "ok" && input.f === "read");
    if (old?.input.f !== "write" || late === undefined) throw new Error("there are such operations");
    operations[late.id] = { ...late, output: old.input.value };
    const [size, asked] = longWitness(registerModel, operations);
    expect(size).toBeLessThanOrEqual(4);
    expect(asked).toBeLessThan(operations.length);
  });
  test.each(["overtakes", "is missed"])("when a value of a queue %s", (violation) => {
    const operations = simulateOperations(simulatedQueue({ keyCount: 1, valueCount: 0 }), options, seededRandom("queue"));
    const outputs = operations.filter(({ id, type, output }) => id > 10_000 && type === "ok" && typeof output === "string");
    const [one, other] = [outputs[0], outputs[2_000]];
    if (one?.output === undefined || other?.output === undefined) throw new Error("there are such operations");
    operations[one.id] = { ...one, output: violation === "overtakes" ? other.output : null };
    if (violation === "overtakes") operations[other.id] = { ...other, output: one.output };
    const [size, asked] = longWitness(fifoQueueModel, operations);
    expect(size).toBeLessThanOrEqual(4);
    expect(asked).toBeLessThan(operations.length);
  });
});

test("who says when the history became impossible saves the search for it", () => {
  const object = simulatedRegister({ keyCount: 1, valueCount: 3 });
  let witnessCount = 0;
  for (let index = 0; index < 60; index++) {
    const random = seededRandom(`impossible at/${index}`);
    const operations = simulateOperations(object, { clientCount: 3, operationCount: 10, indeterminate: 0.1, bad: "anywhere" }, random);
    if (isLinearizableByBruteForce(registerModel, operations)) continue;
    const completed = operations.filter(({ type }) => type === "ok").toSorted((one, other) => one.completedIndex - other.completedIndex);
    const first = completed.find(({ completedIndex }) => !isLinearizableByBruteForce(registerModel, until(operations, completedIndex)));
    if (first === undefined) throw new Error("the whole history is impossible");
    const question = { model: registerModel, operations, suspects: undefined, limits: stepLimits(1e8) };
    const bisecting = new CountingDecider(registerModel);
    const told = new CountingDecider(registerModel);
    expect(minimalWitness({ ...question, decider: told, impossibleAt: first.id })).toEqual(minimalWitness({ ...question, decider: bisecting }));
    expect(told.operationCount).toBeLessThan(bisecting.operationCount);
    witnessCount++;
  }
  expect(witnessCount).toBeGreaterThan(10);
});
