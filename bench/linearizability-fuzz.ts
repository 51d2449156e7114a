// Compares all ways to decide linearizability on random histories, a million an object. The record is docs/fuzzing.md.
// `npm run fuzz -- [--histories 1000000] [--object NAME] [--seed SEED] [--shard 1/2] [--json FILE] [--only INDEX] [--thorough 20]`
// `npm run fuzz -- --table FILE ...` adds up the records of the shards and writes the table. Exit 1 if anything differs.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { everyObject } from "../checkers/linearizability/simulated/every-object.ts";
import type { NamedObject } from "../checkers/linearizability/simulated/every-object.ts";
import type { SimulatedObject } from "../checkers/linearizability/simulated/simulated-history.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { fuzzHistory } from "./linearizability-fuzz-history.ts";
import { emptyRecord, markdownOf, merged } from "./linearizability-fuzz-record.ts";
import type { FuzzRecord, ObjectRecord } from "./linearizability-fuzz-record.ts";
import { linesOf, shrunk } from "./linearizability-fuzz-shrink.ts";
import { Trial, isWrong } from "./linearizability-fuzz-trial.ts";
import type { Judged } from "./linearizability-fuzz-trial.ts";

/** More of one object are counted, and not shrunk or shown. */
const differencesShown = 20;
const progressEveryMs = 10_000;
const documentPath = new URL("../docs/fuzzing.md", import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    histories: { type: "string", default: "1000000" },
    object: { type: "string" },
    seed: { type: "string", default: "fuzz" },
    shard: { type: "string", default: "1/1" },
    json: { type: "string" },
    only: { type: "string" },
    // One history of so many is judged thoroughly: witness, online checker, operations that cannot matter.
    thorough: { type: "string", default: "20" },
    table: { type: "boolean", default: false },
  },
});

if (values.table) writeTable(positionals);
else process.exitCode = compareAll() ? 0 : 1;

function compareAll(): boolean {
  const objects = everyObject.filter(({ name }) => values.object === undefined || name === values.object);
  if (objects.length === 0) throw new Error(`there is no object "${values.object ?? ""}"; there are: ${everyObject.map(({ name }) => name).join("; ")}`);
  const records: ObjectRecord[] = [];
  for (const named of objects) {
    const record = named.use((object) => compare(named, object));
    records.push(record);
    report(record);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(recordOf(records), undefined, 1)}\n`);
  }
  return records.every(({ differences }) => differences.length === 0);
}

/** All histories of this shard on one object. */
function compare<S, I extends Input, O extends Json>({ name }: NamedObject, object: SimulatedObject<S, I, O>): ObjectRecord {
  const record = emptyRecord(name);
  const trial = new Trial(object.model);
  const start = performance.now();
  let shownMs = start;
  for (const index of indexes()) {
    const operations = fuzzHistory(object, `${values.seed}/${name}/${index}`);
    const isThorough = index % Number(values.thorough) === 0 || values.only !== undefined;
    const judged = trial.judge(operations, isThorough);
    if (values.only !== undefined) show(operations, judged);
    countIn(record, operations, judged);
    for (const wrong of judged.opinions.filter((opinion) => isWrong(opinion, judged.isValid))) {
      const { by, word, fault } = wrong;
      const differsIn = (fewer: readonly Operation<I, O>[]): boolean => differs(trial, fewer, by);
      const history = record.differences.length < differencesShown ? linesOf(shrunk(operations, differsIn)) : [];
      record.differences.push({ index, by, said: fault ?? word, truth: judged.isValid ? "valid" : "invalid", history });
    }
    record.milliseconds = performance.now() - start;
    if (index % 256 === 0 && start + record.milliseconds > shownMs + progressEveryMs) {
      shownMs = start + record.milliseconds;
      process.stderr.write(`${sentenceOf(record)}\n`);
    }
  }
  return record;
}

function* indexes(): Generator<number> {
  if (values.only !== undefined) return void (yield Number(values.only));
  const [shard = 1, shardCount = 1] = values.shard.split("/").map(Number);
  for (let index = shard - 1; index < Number(values.histories); index += shardCount) yield index;
}

/** Whether this algorithm is wrong about the history, in whatever way. */
function differs<S, I extends Input, O extends Json>(trial: Trial<S, I, O>, operations: readonly Operation<I, O>[], by: string): boolean {
  const { isValid, opinions } = trial.judge(operations, true);
  return opinions.some((opinion) => opinion.by === by && isWrong(opinion, isValid));
}

function countIn(record: ObjectRecord, operations: readonly Operation[], { isValid, opinions }: Judged): void {
  record.histories++;
  record[isValid ? "valid" : "invalid"]++;
  record.operations += operations.length;
  if (operations.some(({ type }) => type === "info")) record.indeterminate++;
  if (operations.some(({ type, completedIndex }) => type === "info" && completedIndex !== Infinity)) record.maybes++;
  for (const { by, word } of opinions) {
    const counts = word === "valid" || word === "invalid" ? record.decided : record.declined;
    counts[by] = (counts[by] ?? 0) + 1;
  }
}

function sentenceOf({ object, histories, valid, invalid, indeterminate, differences, milliseconds }: ObjectRecord): string {
  const each = histories === 0 ? 0 : (1000 * milliseconds) / histories;
  const time = `${(milliseconds / 1000).toFixed(0)} s, ${each.toFixed(0)} us each`;
  return `${object}: ${histories} histories, ${valid} valid, ${invalid} invalid, ${indeterminate} with unknown outcomes, ${differences.length} differences, ${time}`;
}

function report(record: ObjectRecord): void {
  process.stdout.write(`${sentenceOf(record)}\n`);
  for (const [by, decided] of Object.entries(record.decided)) {
    const declined = record.declined[by] ?? 0;
    if (declined > 0) process.stdout.write(`  ${by}: decided ${((100 * decided) / (decided + declined)).toFixed(1)} %\n`);
  }
  for (const { index, by, said, truth, history } of record.differences.slice(0, differencesShown))
    process.stdout.write(`DIFFERENCE ${record.object} #${index}: ${by} says ${said}, truth ${truth}\n${history.map((line) => `    ${line}\n`).join("")}`);
}

function show(operations: readonly Operation[], { isValid, opinions }: Judged): void {
  process.stdout.write(`${linesOf(operations).join("\n")}\ntruth: ${isValid ? "valid" : "invalid"}\n`);
  for (const { by, word, fault } of opinions) process.stdout.write(`${by}: ${fault ?? word}\n`);
}

function recordOf(objects: readonly ObjectRecord[]): FuzzRecord {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { encoding: "utf8" }).trim(),
    node: process.version,
    command: ["npm run fuzz --", ...process.argv.slice(2).map((word) => (word.includes(" ") ? `"${word}"` : word))].join(" "),
    seed: values.seed,
    objects,
  };
}

function writeTable(files: readonly string[]): void {
  // Written by `recordOf` of this file: the boundary to JSON.
  const record = merged(files.map((file) => JSON.parse(readFileSync(file, "utf8")) as FuzzRecord));
  const before = readFileSync(documentPath, "utf8");
  const after = before.replace(/(<!-- measured: fuzz -->\n)[\s\S]*?(<!-- end of fuzz -->)/, (_all, open: string, close: string) => {
    return `${open}\n${markdownOf(record)}\n\n${close}`;
  });
  if (after === before) throw new Error("docs/fuzzing.md has no place for the table, or has it already");
  writeFileSync(documentPath, after);
}
