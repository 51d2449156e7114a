// The linearizability checker against a plain port of Porcupine's search, in turns in one process, on recorded and on
// simulated histories. `node bench/linearizability.bench.ts [DIRECTORY]`: the directory of the recorded ones, as
// porcupine/etcd/*.log, porcupine/kv/*.txt, knossos/cas-register/**/*.edn and hard/*.txt with a verdicts.tsv; without it only
// simulated ones are measured, and a line says so.
// Ours has the certificate of every valid history replayed within its time, and neither has a witness. Fails (exit 1) below its goals.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEtcdLog, parseHard, parseKnossos, parsePorcupineKv } from "../checkers/formats/index.ts";
import { Decider } from "../checkers/linearizability/decision.ts";
import type { Model } from "../checkers/linearizability/model.ts";
import { counterModel } from "../checkers/linearizability/models/counter.ts";
import { fifoQueueModel } from "../checkers/linearizability/models/fifo-queue.ts";
import { mutexModel } from "../checkers/linearizability/models/mutex.ts";
import { registerModel } from "../checkers/linearizability/models/register.ts";
import { stringStoreModel } from "../checkers/linearizability/models/string-store.ts";
import { partitionsOf } from "../checkers/linearizability/partition.ts";
import { searchPlainly } from "../checkers/linearizability/search/plain-search.ts";
import { simulateOperations, type SimulatedObject, type SimulationOptions } from "../checkers/linearizability/simulated/simulated-history.ts";
import { simulatedCounter, simulatedMutex, simulatedQueue, simulatedRegister } from "../checkers/linearizability/simulated/simulated-objects.ts";
import type { Limits } from "../harness/checker.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { seededRandom } from "../harness/random.ts";
import { interleaved, type Timing } from "./interleaved.ts";
import { megabytes, milliseconds, Table, within } from "./table.ts";

const corpus = process.argv[2] ?? fileURLToPath(new URL("../../shared/corpus/", import.meta.url));
const patienceMs = 2_000;
const memoryLimitBytes = 300e6;

/** A history with its model, types closed over. */
interface Case {
  readonly name: string;
  ours(): string;
  plain(): string;
  /** Of the last run of ours. */
  memoryBytes(): number;
}

interface Measured {
  readonly name: string;
  readonly ours: Timing;
  readonly plain: Timing;
  readonly verdicts: readonly [ours: string, plain: string];
  readonly memoryBytes: number;
}

function caseOf<S, I extends Input, O extends Json>(name: string, model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Case {
  const decider = new Decider(model);
  let memoryBytes = 0;
  return {
    name,
    ours() {
      const { verdict, decided, stopped } = decider.decide(partitionsOf(model, operations), patience());
      memoryBytes = Math.max(0, ...[...decided, ...(stopped === undefined ? [] : [stopped.attempt])].map(({ statistics }) => statistics.memoryBytes));
      return verdict;
    },
    plain() {
      const limits = patience();
      let verdict = "valid";
      for (const { operations: part } of partitionsOf(model, operations)) {
        const answer = searchPlainly(model, part, { maxSteps: Infinity, limits });
        if (answer.verdict === "invalid") return "invalid";
        if (answer.verdict === "unknown") verdict = "unknown";
      }
      return verdict;
    },
    memoryBytes: () => memoryBytes,
  };
}

function patience(): Limits {
  const end = performance.now() + patienceMs;
  return { memoryBytes: 2 ** 31, spend: () => (performance.now() > end ? "time" : undefined) };
}

function measure({ name, ours, plain, memoryBytes }: Case): Measured {
  const verdicts: [string, string] = ["", ""];
  const contenders = [(): string => (verdicts[0] = ours()), (): string => (verdicts[1] = plain())];
  const [ownTiming, plainTiming] = interleaved(contenders, { leastCount: 10, leastTotalMs: 20, patienceMs: 500 });
  if (ownTiming === undefined || plainTiming === undefined) throw new Error("Assertion failed: one timing per contender");
  return { name, ours: ownTiming, plain: plainTiming, verdicts, memoryBytes: memoryBytes() };
}

function recordedCases(folder: string): Case[] {
  const path = join(corpus, folder);
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(log|txt|edn)$/.test(name))
    .toSorted()
    .map((name) => recordedCase(folder, name, readFileSync(join(path, name), "utf8")));
}

function recordedCase(folder: string, name: string, text: string): Case {
  if (folder === "porcupine/etcd") return caseOf(name, registerModel, parseEtcdLog(text).operations);
  if (folder === "porcupine/kv") return caseOf(name, stringStoreModel, parsePorcupineKv(text).operations);
  if (folder.startsWith("knossos")) return caseOf(name, registerModel, parseKnossos(text).operations);
  const hard = parseHard(text);
  switch (hard.object) {
    case "register":
      return caseOf(name, registerModel, hard.history.operations);
    case "queue":
      return caseOf(name, fifoQueueModel, hard.history.operations);
    case "counter":
      return caseOf(name, counterModel, hard.history.operations);
    case "mutex":
      return caseOf(name, mutexModel, hard.history.operations);
  }
}

/** The plain port within its patience, or how far that went. */
function plainTime({ plain, verdicts }: Measured): string {
  return verdicts[1] === "unknown" ? `> ${patienceMs}` : milliseconds(plain.minimumMs);
}

function assertAgreement({ name, verdicts: [ours, plain] }: Measured): void {
  if (ours !== plain && plain !== "unknown") throw new Error(`${name}: ours says ${ours}, the plain port ${plain}`);
}

function printSets(sets: readonly string[]): void {
  const table = new Table("Recorded histories", [
    "set",
    "files",
    "plain port, sum of minima (medians) ms",
    "ours, sum of minima (medians) ms",
    "ours : plain",
    "goal",
    "",
    "slowest file of ours",
  ]);
  const slower = new Table("Files on which ours took more than twice the plain port's time plus 0.2 ms", ["file", "ours ms", "plain ms"]);
  let slowerCount = 0;
  for (const folder of sets) {
    const measured = recordedCases(folder).map(measure);
    measured.forEach(assertAgreement);
    const sum = (pick: (each: Measured) => number): number => measured.reduce((total, each) => total + pick(each), 0);
    const [plain, ours] = [sum((each) => each.plain.minimumMs), sum((each) => each.ours.minimumMs)];
    const slowest = measured.toSorted((one, other) => other.ours.minimumMs - one.ours.minimumMs)[0];
    const goal = folder === "porcupine/etcd" ? 1 / 20 : 2;
    const medians = [sum((each) => each.plain.medianMs), sum((each) => each.ours.medianMs)].map(milliseconds);
    table.add(
      folder,
      String(measured.length),
      `${milliseconds(plain)} (${medians[0] ?? ""})`,
      `${milliseconds(ours)} (${medians[1] ?? ""})`,
      `1 : ${(plain / ours).toFixed(1)}`,
      folder === "porcupine/etcd" ? "1 : 20" : "2 : 1",
      within(ours / plain, goal),
      slowest === undefined ? "" : `${slowest.name} ${milliseconds(slowest.ours.minimumMs)} ms`,
    );
    for (const each of measured) {
      if (each.ours.minimumMs <= 2 * each.plain.minimumMs + 0.2) continue;
      slower.add(each.name, milliseconds(each.ours.minimumMs), milliseconds(each.plain.minimumMs));
      slowerCount++;
      process.exitCode = 1;
    }
  }
  table.print();
  if (slowerCount > 0) slower.print();
}

function printHard(title: string, cases: readonly Case[]): void {
  const table = new Table(title, ["history", "verdict", "plain port, minimum ms", "ours, minimum (median) ms", "memory of ours", "goal: 1 s, 300 MB"]);
  for (const each of cases) {
    const measured = measure(each);
    assertAgreement(measured);
    const { ours, verdicts, memoryBytes, name } = measured;
    const isKept = verdicts[0] !== "unknown" && ours.minimumMs <= 1_000 && memoryBytes <= memoryLimitBytes;
    table.add(
      name,
      verdicts[0],
      plainTime(measured),
      `${milliseconds(ours.minimumMs)} (${milliseconds(ours.medianMs)})`,
      megabytes(memoryBytes),
      within(isKept ? 0 : 1, 0),
    );
  }
  table.print();
}

function simulated<S, I extends Input, O extends Json>(name: string, object: SimulatedObject<S, I, O>, options: SimulationOptions): Case[] {
  return [1, 2, 3].map((seed) => caseOf(`${name}, seed ${seed}`, object.model, simulateOperations(object, options, seededRandom(`${name} ${seed}`))));
}

const five = { keyCount: 1, valueCount: 5 };
const distinct = { keyCount: 1, valueCount: 0 };
const amounts = [1, 2, 3, 4, 5];

function simulatedCases(): Case[] {
  return [
    ...[16, 32, 40].flatMap((clientCount) =>
      simulated(`register, 1,000 operations, ${clientCount} clients`, simulatedRegister(five), { clientCount, operationCount: 1_000, indeterminate: 0 }),
    ),
    ...simulated("register, 300 operations, 30 % lost", simulatedRegister(five), { clientCount: 5, operationCount: 300, indeterminate: 0.3 }),
    ...simulated("register, false, 400 operations, 16 clients", simulatedRegister(five), {
      clientCount: 16,
      operationCount: 400,
      indeterminate: 0,
      bad: "late",
    }),
    ...simulated("register, distinct values, 1,000 operations, 32 clients", simulatedRegister({ ...distinct, casShare: 0 }), {
      clientCount: 32,
      operationCount: 1_000,
      indeterminate: 0,
    }),
    ...simulated("queue, 25 operations, 15 % lost", simulatedQueue(distinct), { clientCount: 4, operationCount: 25, indeterminate: 0.15 }),
    ...simulated("queue, 200 operations, 6 clients", simulatedQueue(distinct), { clientCount: 6, operationCount: 200, indeterminate: 0 }),
    ...simulated("counter with amounts, 200 operations, 20 % lost", simulatedCounter({ ...distinct, amounts }), {
      clientCount: 4,
      operationCount: 200,
      indeterminate: 0.2,
    }),
    ...simulated("lock, 400 operations, 32 clients", simulatedMutex(distinct), { clientCount: 32, operationCount: 400, indeterminate: 0.03 }),
    ...simulated("registers, 10 keys, 5,000 operations, 128 clients", simulatedRegister({ keyCount: 10, valueCount: 5 }), {
      clientCount: 128,
      operationCount: 5_000,
      indeterminate: 0,
    }),
  ];
}

if (existsSync(join(corpus, "verdicts.tsv"))) {
  printSets(["porcupine/etcd", "porcupine/kv", "knossos/cas-register"]);
  printHard("Small histories on which the plain search gives up", recordedCases("hard"));
} else console.log(`\nThe recorded histories are not measured: ${corpus} does not hold them.`);
printHard("Simulated histories", simulatedCases());
