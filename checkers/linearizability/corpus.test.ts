// Public and hard histories with known verdicts, from a directory beside the repository that is not part of it.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { History } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Verdict } from "../../harness/verdict.ts";
import { parseEtcdLog, parseHard, parseKnossos, parsePorcupineKv } from "../formats/index.ts";
import { checkLinearizability } from "./checker.ts";
import type { Model } from "./model.ts";
import { counterModel } from "./models/counter.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import { mutexModel } from "./models/mutex.ts";
import { registerModel } from "./models/register.ts";
import { stringStoreModel } from "./models/string-store.ts";

const directory = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));
const isPresent = existsSync(`${directory}verdicts.tsv`);

function decide<S, I extends Input, O extends Json>(model: Model<S, I, O>, history: History<I, O>): Verdict {
  return checkLinearizability(model, history, stepLimits(20_000_000));
}

function verdictOf(file: string): Verdict {
  const text = readFileSync(`${directory}${file}`, "utf8");
  if (file.includes("/etcd/")) return decide(registerModel, parseEtcdLog(text));
  if (file.includes("/kv/")) return decide(stringStoreModel, parsePorcupineKv(text));
  if (file.startsWith("knossos/")) return decide(registerModel, parseKnossos(text));
  const hard = parseHard(text);
  switch (hard.object) {
    case "register":
      return decide(registerModel, hard.history);
    case "queue":
      return decide(fifoQueueModel, hard.history);
    case "counter":
      return decide(counterModel, hard.history);
    case "mutex":
      return decide(mutexModel, hard.history);
  }
}

if (!isPresent) console.warn(`linearizability corpus: ${directory} is absent, its histories are not checked`);

describe.skipIf(!isPresent)("in the corpus", () => {
  const rows = isPresent
    ? readFileSync(`${directory}verdicts.tsv`, "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split("\t"))
    : [];
  test.each(rows.map(([file = "", , , expected = ""]) => [file, expected] as const))("%s is %s", (file, expected) => {
    const verdict = verdictOf(file);
    expect(verdict.verdict).toBe(expected);
    // Every accusation of the corpus is small enough to be shown.
    if (expected === "invalid") expect(verdict.evidence[0]).toMatchObject({ kind: "witness" });
  });
});
