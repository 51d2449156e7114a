// Histories of a hundred thousand and of a million operations: how long the complete check takes, from the operations to
// the verdict with its certificate or witness, and how much memory the process had at most. Every case runs in a process of
// its own. `node bench/large-histories.bench.ts [operations ...]`, default 100,000. Fails (exit 1) above 0.5 s and 5 s.
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { linearizable } from "../checkers/linearizability/checker.ts";
import { historyOf, simulateOperations, type SimulatedObject, type SimulationOptions } from "../checkers/linearizability/simulated/simulated-history.ts";
import {
  simulatedCounter,
  simulatedGrowingSet,
  simulatedMutex,
  simulatedPriorityQueue,
  simulatedQueue,
  simulatedRegister,
  simulatedSet,
  simulatedStack,
} from "../checkers/linearizability/simulated/simulated-objects.ts";
import type { Limits } from "../harness/checker.ts";
import type { Json } from "../harness/json.ts";
import type { Input } from "../harness/operation.ts";
import { seededRandom } from "../harness/random.ts";
import { megabytes, milliseconds, Table, within } from "./table.ts";

const distinct = { keyCount: 1, valueCount: 0 };

type Use = <S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>) => void;

/** `isGoal`: named by the goals; the others are measured beside them. */
interface LargeCase {
  readonly name: string;
  readonly isGoal: boolean;
  readonly indeterminate: number;
  use(body: Use): void;
}

const cases: readonly LargeCase[] = [
  { name: "register, distinct values", isGoal: true, indeterminate: 0.02, use: (body) => body(simulatedRegister({ ...distinct, casShare: 0 })) },
  { name: "register, distinct values, compare-and-set", isGoal: true, indeterminate: 0.02, use: (body) => body(simulatedRegister(distinct)) },
  { name: "register, five values", isGoal: true, indeterminate: 0, use: (body) => body(simulatedRegister({ keyCount: 1, valueCount: 5 })) },
  { name: "queue", isGoal: true, indeterminate: 0.02, use: (body) => body(simulatedQueue(distinct)) },
  { name: "set", isGoal: true, indeterminate: 0.02, use: (body) => body(simulatedSet(distinct)) },
  { name: "counter by ones", isGoal: true, indeterminate: 0.02, use: (body) => body(simulatedCounter({ ...distinct, amounts: [1] })) },
  { name: "counter with amounts", isGoal: true, indeterminate: 0, use: (body) => body(simulatedCounter({ ...distinct, amounts: [1, 2, 3, 4, 5] })) },
  { name: "stack", isGoal: false, indeterminate: 0, use: (body) => body(simulatedStack(distinct)) },
  { name: "priority queue", isGoal: false, indeterminate: 0, use: (body) => body(simulatedPriorityQueue(distinct)) },
  { name: "lock", isGoal: false, indeterminate: 0.02, use: (body) => body(simulatedMutex(distinct)) },
];
/** A read of a growing set names all its elements, so the size of such a history grows with the square of its length. */
const growingSet: LargeCase = { name: "growing set, 3,000 operations", isGoal: false, indeterminate: 0.02, use: (body) => body(simulatedGrowingSet(distinct)) };

const clientCount = 8;
const repeats = 3;
const patienceMs = 5_000;

interface Figures {
  readonly verdict: string;
  readonly why: string;
  readonly algorithms: string;
  readonly minimumMs: number;
  readonly medianMs: number;
  readonly peakBytes: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--case") measureHere(rest);
else await printAll(process.argv.slice(2).length === 0 ? [100_000] : process.argv.slice(2).map(Number));

async function printAll(counts: readonly number[]): Promise<void> {
  for (const count of counts) {
    const limitMs = count / 200;
    const table = new Table(`${count.toLocaleString("en")} operations of ${clientCount} clients`, [
      "history",
      "verdict",
      "decided by",
      "minimum (median) ms",
      "goal ms",
      "",
      "peak memory of the process",
    ]);
    for (const [index, { name, isGoal }] of cases.entries()) {
      for (const bad of ["", "late"])
        await printCase(table, { index, count, bad, label: bad === "" ? name : `${name}, one false answer`, limitMs: isGoal ? limitMs : undefined });
    }
    if (count === counts[0]) await printCase(table, { index: cases.length, count: 3_000, bad: "", label: growingSet.name, limitMs: undefined });
    table.print();
  }
}

async function printCase(
  table: Table,
  request: { readonly index: number; readonly count: number; readonly bad: string; readonly label: string; readonly limitMs: number | undefined },
): Promise<void> {
  const { index, count, bad, label, limitMs } = request;
  const { stdout } = await execa(process.execPath, ["--max-old-space-size=8000", fileURLToPath(import.meta.url), "--case", String(index), String(count), bad]);
  // The line that `measureHere` printed in the other process.
  const { verdict, algorithms, minimumMs, medianMs, peakBytes } = JSON.parse(stdout) as Figures;
  process.stderr.write(`${label}: ${verdict}, ${milliseconds(minimumMs)} ms\n`);
  const isKept = limitMs === undefined ? "" : within(verdict === "unknown" ? Infinity : minimumMs, limitMs);
  table.add(
    label,
    verdict,
    algorithms,
    `${milliseconds(minimumMs)} (${milliseconds(medianMs)})`,
    limitMs === undefined ? "" : String(limitMs),
    isKept,
    megabytes(peakBytes),
  );
}

function measureHere([index = "", count = "", bad = ""]: readonly string[]): void {
  const chosen = [...cases, growingSet][Number(index)];
  if (chosen === undefined) throw new Error(`there is no case ${index}`);
  chosen.use((object) => {
    const { indeterminate } = chosen;
    const options: SimulationOptions = { clientCount, operationCount: Number(count), indeterminate, ...(bad === "late" ? { bad } : {}) };
    const operations = simulateOperations(object, options, seededRandom(`${chosen.name} ${bad}`));
    const history = historyOf(operations);
    const times: number[] = [];
    let figures = { verdict: "", why: "", algorithms: "" };
    for (let repeat = 0; repeat < repeats && (times.at(-1) ?? 0) < patienceMs; repeat++) {
      const start = performance.now();
      const { verdict, why, statistics } = linearizable(object.model).check(history, patience());
      times.push(performance.now() - start);
      figures = { verdict, why, algorithms: Object.keys(Object(statistics["algorithms"])).join(", ") };
    }
    times.sort((one, other) => one - other);
    const result: Figures = {
      ...figures,
      minimumMs: times[0] ?? Infinity,
      medianMs: times[times.length >> 1] ?? Infinity,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
    console.log(JSON.stringify(result));
  });
}

function patience(): Limits {
  const end = performance.now() + patienceMs;
  return { memoryBytes: 2 ** 31, spend: () => (performance.now() > end ? "time" : undefined) };
}
