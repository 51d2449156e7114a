// What is run in Node and in a browser, to compare: text in, histories by hand, every algorithm, witnesses. For the browser test.
import {
  checkLinearizability,
  fifoQueueModel,
  historyOf,
  linearizable,
  messageBagModel,
  readHistory,
  registerModel,
  seededRandom,
  simulateHistory,
  stepLimits,
  timeLimits,
  writeHistory,
  type Algorithm,
  type PlainOperation,
  type QueueInput,
  type QueueOutput,
  type RegisterInput,
  type SimulatedObject,
  type Verdict,
} from "./checkers.ts";

const register: SimulatedObject<string | null, RegisterInput, string | boolean | null> = {
  model: registerModel,
  draw(random, count) {
    if (random.chance(0.5, "reads")) return { f: "read", key: "x" };
    return random.chance(0.3, "cas")
      ? { f: "cas", key: "x", from: String(random.below(3, "from")), to: String(random.below(3, "to")) }
      : { f: "write", key: "x", value: String(count % 3) };
  },
  answer: (state, input) => (input.f === "read" ? state : input.f === "cas" ? input.from === state : null),
  falsify: (input, random) => (input.f === "read" ? String(random.below(4, "value")) : undefined),
};

const edn = `{:process 0 :type :invoke :f :write :value 1}
{:process 0 :type :ok :f :write :value 1}
{:process 1 :type :invoke :f :read :value nil}
{:process 1 :type :ok :f :read :value nil}
`;

const overtaken: readonly PlainOperation<QueueInput, QueueOutput>[] = [
  { process: 0, input: { f: "enqueue", key: "jobs", value: "a" }, output: null, start: 0, end: 1 },
  { process: 0, input: { f: "enqueue", key: "jobs", value: "b" }, output: null, start: 2, end: 3 },
  { process: 1, input: { f: "dequeue", key: "jobs" }, output: "b", start: 4, end: 5 },
];

/** Verdicts with all their evidence, as text. No clock goes into them. */
export function verdicts(): string[] {
  const found: Verdict[] = [];
  for (const algorithm of ["auto", "search", "jit"] as const satisfies readonly Algorithm[])
    for (let seed = 0; seed < 20; seed++) {
      const options = { clientCount: 4, operationCount: 40, indeterminate: 0.1, ...(seed % 2 === 0 ? {} : { bad: "anywhere" as const }) };
      const { operations } = simulateHistory(register, options, seededRandom(`browser ${seed}`));
      const plain = operations.map(({ process, input, output, invokedIndex, completedIndex }) => ({
        process,
        input,
        start: invokedIndex,
        end: completedIndex,
        output,
      }));
      found.push(linearizable(registerModel, { algorithm, showsLinearizations: true }).check(historyOf(plain), stepLimits(1_000_000)));
    }
  const queue = historyOf(overtaken);
  found.push(checkLinearizability(fifoQueueModel, queue, stepLimits(1000)), checkLinearizability(messageBagModel, queue, stepLimits(1000)));
  const read = readHistory(edn, { model: "register" });
  found.push(checkLinearizability(registerModel, read.history, timeLimits({ timeoutMs: 60_000, now: () => performance.now() })));
  return [...found.map((verdict) => JSON.stringify(verdict)), writeHistory(read.history, read.format, { model: "register" })];
}
