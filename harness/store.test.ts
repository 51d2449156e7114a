import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { examplePlan } from "./fixtures/plan.fixture.ts";
import { exampleResult } from "./fixtures/result.fixture.ts";
import { Store } from "./store.ts";
import { writeAtomically } from "./store-files.ts";
import { fileNameFor, idAt, isId } from "./store-names.ts";

const noon = Date.UTC(2026, 6, 28, 12, 0, 0, 5);
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "faultline-store-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function store(options: { readonly timesMs?: number[]; readonly keepPassingCount?: number } = {}): Store {
  const times = options.timesMs ?? [noon];
  const keep = options.keepPassingCount === undefined ? {} : { keepPassingCount: options.keepPassingCount };
  return new Store({ directory: join(directory, "store"), clock: () => times.shift() ?? noon, ...keep });
}

const events = [
  { timeNs: 5, process: 0, type: "invoke", f: "read", phase: "faults", value: { key: "x" } },
  { timeNs: 6, process: 0, type: "ok", f: "read", phase: "faults", value: null },
] as const;

describe("a kept run", () => {
  test("is found again with its plan, history and verdict", async () => {
    const kept = store().save(exampleResult({ events, verdict: "invalid", failureClass: "C1/x:y" }));
    const { run } = store().locate(kept.id) as { run: typeof kept };
    expect(run.readPlan()).toEqual(examplePlan());
    expect((await run.readHistory()).history.operations).toHaveLength(1);
    expect(run.readVerdict()).toMatchObject({ schema: "faultline/verdict/1", verdict: "invalid", failureClass: "C1/x:y", run: { okCount: 30 } });
  });

  test("has a schema in every JSON file", () => {
    const run = store().save(exampleResult({ events }));
    run.writeOriginalPlan(examplePlan());
    run.writeTrace([{ a: 1 }]);
    const files = readdirSync(run.path).filter((name) => name.endsWith(".json") || name.endsWith(".jsonl"));
    expect(files.toSorted()).toEqual(["history.jsonl", "original-plan.json", "plan.json", "trace.jsonl", "verdict.json"]);
    for (const name of files) {
      const text = readFileSync(join(run.path, name), "utf8");
      const header = name.endsWith(".jsonl") ? text.split("\n")[0] : text;
      expect(JSON.parse(header ?? "")).toHaveProperty("schema", expect.stringMatching(/^faultline\/[a-z]+\/1$/));
    }
  });

  test("that was recorded while it went keeps that history", async () => {
    const own = store();
    const folder = own.createRun(examplePlan());
    const writer = folder.openHistory(examplePlan(), {});
    writer.append({ index: 0, ...events[0] });
    writer.close();
    own.save(exampleResult({ events: [] }), folder);
    expect((await folder.readHistory()).history.length).toBe(1);
  });

  test("that was recorded while it went says who runs it, until it has ended", () => {
    const own = store();
    const folder = own.createRun(examplePlan());
    folder.openHistory(examplePlan(), { pid: 7 }).close();
    expect(folder.readRunning()).toEqual({ schema: "faultline/running/1", owner: { pid: 7 } });
    own.save(exampleResult(), folder);
    expect(folder.readRunning()).toBeUndefined();
  });

  test("that was recorded while it went owns its history also with the script that was drawn, and with no other change", async () => {
    const folder = store().createRun(examplePlan());
    folder.openHistory(examplePlan(), {}).close();
    const { planHash: hash } = (await folder.readHistory()).header;
    expect(folder.isOwnHistory(hash)).toBe(true);
    const drawn = { ...examplePlan(), script: { operations: [], faults: [] } };
    folder.writePlan(drawn);
    expect([folder.isOwnHistory(hash), folder.isOwnHistory("0123456789abcdef")]).toEqual([true, false]);
    folder.writePlan({ ...drawn, rateHz: 77 });
    expect(folder.isOwnHistory(hash)).toBe(false);
  });

  test("that was recorded while it went keeps the whole logs that its runtime has written", () => {
    const own = store();
    const folder = own.createRun(examplePlan());
    folder.openHistory(examplePlan(), {}).close();
    mkdirSync(join(folder.path, "logs"));
    writeFileSync(join(folder.path, "logs", "n1.log"), "all of it\n");
    const line = { timeNs: 0, incarnation: 1, level: "info", message: "the end of it" } as const;
    own.save(
      {
        ...exampleResult(),
        logs: [
          { ...line, node: "n1" },
          { ...line, node: "n2" },
        ],
      },
      folder,
    );
    expect(readFileSync(join(folder.path, "logs", "n1.log"), "utf8")).toBe("all of it\n");
    expect(readFileSync(join(folder.path, "logs", "n2.log"), "utf8")).toContain("the end of it");
  });

  test("is latest from the beginning if it is marked so, and no longer once it is discarded", () => {
    const own = store();
    const [first, second] = [own.save(exampleResult()), own.createRun(examplePlan())];
    own.markLatest(second);
    expect(own.locate("latest")).toMatchObject({ run: { id: second.id } });
    own.discard(second);
    expect([own.runs(), own.locate("latest")]).toMatchObject([[first.id], { run: { id: first.id } }]);
    own.discard(first);
    expect(() => own.locate("latest")).toThrow(/holds no run yet/);
  });

  test("writes one log a node, and no message can fake a line or leave the folder", () => {
    const line = { timeNs: 1_500_000, incarnation: 2, level: "warn", message: "a\nb" } as const;
    const logs = [
      { ...line, node: "n1" },
      { ...line, node: "../../evil" },
    ];
    const run = store().save({ ...exampleResult(), logs });
    expect(readFileSync(join(run.path, "logs", "n1.log"), "utf8")).toBe("    0.001500 #2 warn  a\\nb\n");
    expect(readdirSync(join(run.path, "logs"))).toHaveLength(2);
    expect(readdirSync(directory)).toEqual(["store"]);
  });
});

describe("ids", () => {
  test("sort by time, also when the clock stands still or goes back", () => {
    const own = store({ timesMs: [noon, noon, noon - 60_000, noon + 10] });
    const ids = Array.from({ length: 4 }, () => own.createRun(examplePlan()).id);
    expect(ids).toEqual([...ids].toSorted());
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe("20260728-120000-005-kv");
    expect(own.runs()).toEqual(ids);
  });

  test("two stores on one directory never take the same one", () => {
    expect(store().createRun(examplePlan()).id).not.toBe(store().createRun(examplePlan()).id);
  });

  test("are always well formed, whatever the system is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (label) => {
        expect(isId(idAt(noon, label))).toBe(true);
      }),
    );
  });
});

describe("RUN", () => {
  test("is latest, an id, a unique beginning, a folder or a file", () => {
    const own = store({ timesMs: [noon, noon + 1_000] });
    const [first, second] = [own.save(exampleResult()), own.save(exampleResult())];
    expect(own.locate("latest")).toMatchObject({ kind: "run", run: { id: second.id } });
    expect(own.locate(first.id)).toMatchObject({ run: { id: first.id } });
    expect(own.locate("20260728-120000")).toMatchObject({ run: { id: first.id } });
    expect(own.locate(first.path)).toMatchObject({ run: { path: first.path } });
    expect(own.locate(join(first.path, "plan.json"))).toEqual({ kind: "file", path: join(first.path, "plan.json") });
    expect(() => own.locate("2026")).toThrow(/beginning of 2 runs/);
  });

  test("that means nothing is a mistake of the user, with a way out", () => {
    expect(() => store().locate("latest")).toThrow(/holds no run yet/);
    const { id } = store().save(exampleResult());
    expect(() => store().locate("20260728-120000-006-kv")).toThrow(expect.objectContaining({ wayOut: `Did you mean "${id}"?` }));
  });

  test.each(["../outside", "/etc", "..", ".", "", "20260728-120000-005-kv/../../outside"])("%j from a file never leads out of the store", (id) => {
    store().prepare();
    mkdirSync(join(directory, "outside"));
    writeFileSync(join(directory, "store", "latest"), id);
    expect(() => store().locate("latest")).toThrow(UsageError);
    expect(() => store().run(id)).toThrow(UsageError);
  });

  test("never follows a link out of the store", async () => {
    const own = store();
    const run = own.save(exampleResult());
    const outside = join(directory, "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(directory, "store", "runs", idAt(noon + 5_000, "kv")));
    expect(own.runs()).toEqual([run.id]);
    expect(() => own.run(idAt(noon + 5_000, "kv"))).toThrow(UsageError);
    rmSync(join(run.path, "verdict.json"));
    symlinkSync("/etc/hostname", join(run.path, "verdict.json"));
    expect(() => run.readVerdict()).toThrow(/it is a link/);
    rmSync(run.historyPath, { force: true });
    symlinkSync("/etc/hostname", run.historyPath);
    await expect(run.readHistory()).rejects.toThrow(/it is a link/);
  });
});

describe("the store", () => {
  test("keeps the newest passing runs and every other one", () => {
    const own = store({ keepPassingCount: 3 });
    const invalid = own.save(exampleResult({ verdict: "invalid" }));
    const unjudged = own.createRun(examplePlan());
    const passing = Array.from({ length: 6 }, () => own.save(exampleResult()).id);
    expect(own.runs()).toEqual([invalid.id, unjudged.id, ...passing.slice(-3)]);
    // A new process has to read the verdicts.
    const later = store({ keepPassingCount: 3, timesMs: [noon + 60_000] });
    const last = later.save(exampleResult());
    expect(later.runs()).toEqual([invalid.id, unjudged.id, ...passing.slice(-2), last.id]);
  });

  test("never removes a run whose verdict it cannot read", () => {
    const own = store({ keepPassingCount: 0 });
    const run = own.createRun(examplePlan());
    writeFileSync(join(run.path, "verdict.json"), '{"schema":"faultline/verdict/9","verdict":"valid"}');
    own.save(exampleResult());
    expect(own.runs()).toEqual([run.id]);
  });

  test("says in one sentence that it cannot be written, before anything starts", () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect(() => new Store({ directory: file, clock: () => noon }).prepare()).toThrow(
      expect.objectContaining({ name: "UsageError", code: "unwritable-store" }),
    );
  });

  test.skipIf(process.getuid?.() === 0)("says so for a directory without permission as well (root may write anywhere)", () => {
    chmodSync(directory, 0o500);
    expect(() => store().prepare()).toThrow(UsageError);
    chmodSync(directory, 0o700);
  });

  test("replaces a file whole or not at all, and leaves nothing behind", () => {
    const path = join(directory, "document.json");
    writeAtomically(path, "old");
    mkdirSync(join(directory, "blocked"));
    expect(() => writeAtomically(join(directory, "blocked"), "new")).toThrow(UsageError);
    expect(readdirSync(directory).toSorted()).toEqual(["blocked", "document.json"]);
    writeAtomically(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("writes no file through a link", () => {
    writeFileSync(join(directory, "target"), "untouched");
    symlinkSync(join(directory, "target"), join(directory, "link"));
    writeAtomically(join(directory, "link"), "new");
    expect(readFileSync(join(directory, "target"), "utf8")).toBe("untouched");
  });
});

test("a file name made from outside is harmless and different for different names", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
      expect(fileNameFor(a)).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);
      expect(fileNameFor(a) === fileNameFor(b)).toBe(a === b);
    }),
  );
  expect(fileNameFor("n1")).toBe("n1");
  expect(fileNameFor("CON")).not.toBe("CON");
  expect(existsSync(join("/tmp", fileNameFor("../../etc/passwd")))).toBe(false);
});
