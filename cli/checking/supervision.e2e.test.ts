// Checks whose models misbehave, and checks over several threads: whatever a thread does, the answer comes in time, tells
// what is known, and leaves nothing running.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import { seededRandom } from "../../harness/random.ts";
import { simulateOperations } from "../../checkers/linearizability/simulated/simulated-history.ts";
import { simulatedQueue } from "../../checkers/linearizability/simulated/simulated-objects.ts";
import { queueLines } from "../fixtures/queue-lines.ts";
import type { CheckResult } from "./result.ts";
import { checkInThreads, type CheckOptions } from "./supervision.ts";
import { monotonicMs } from "./thread-limits.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-supervision-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => expect(process.getActiveResourcesInfo().filter((name) => /worker/i.test(name))).toEqual([]));

const misbehaving = new URL("../fixtures/misbehaving-worker.ts", import.meta.url);
const mebibyte = 1024 ** 2;
/** What starting threads may cost on a busy machine, on top of a limit. */
const patienceMs = 5000;

interface Settings extends Partial<Pick<CheckOptions, "threadCount" | "roundsAlone" | "signal" | "entry" | "onNote">> {
  readonly model?: string;
  readonly timeMs?: number;
  readonly memoryBytes?: number;
}

async function checked(lines: readonly string[], settings: Settings = {}): Promise<CheckResult & { readonly tookMs: number }> {
  const path = join(folder, "history");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  const { model = "register", timeMs = 60_000, memoryBytes = process.memoryUsage.rss() + 1500 * mebibyte, threadCount = 2, ...rest } = settings;
  const startedMs = monotonicMs();
  const result = await checkInThreads(
    { path, shownPath: "history", model, algorithm: "auto" },
    { bounds: { timeMs, memoryBytes }, startedMs, threadCount, entry: misbehaving, ...rest },
  );
  return { ...result, tookMs: monotonicMs() - startedMs };
}

/** One after the other, on one register. */
function written(...values: readonly string[]): string[] {
  return values.flatMap((value, process) => [
    `{:process ${process} :type :invoke :f :write :value "${value}"}`,
    `{:process ${process} :type :ok :f :write :value "${value}"}`,
  ]);
}

function read(value: string): string[] {
  return ["{:process 9999 :type :invoke :f :read :value nil}", `{:process 9999 :type :ok :f :read :value "${value}"}`];
}

const many = written(...Array.from({ length: 300 }, (_, index) => `v${index % 3}`));

describe("a model that behaves", () => {
  test("is decided, by whom and why is said, and what a search cost", async () => {
    const { verdict, algorithms, why, whyThose, steps, size, linearizations } = await checked([...written("one", "two", "one"), ...read("one")]);
    expect([verdict, algorithms, steps]).toEqual(["valid", ["depth-first search"], expect.any(Number)]);
    expect([why, whyThose]).toEqual([
      "4 completed operations have a legal order that respects real time",
      "decided by depth-first search: a short search was enough",
    ]);
    expect(size).toMatchObject({ operations: 4, completed: 4, indeterminate: 0, partitions: 1, format: "jepsen-edn" });
    expect(linearizations.map(({ steps: listed, omitted }) => [listed.length, omitted])).toEqual([[4, 0]]);
  });
});

describe("a step that never ends", () => {
  test("is ended at the time limit, and the search that took it is named", async () => {
    const { verdict, why, algorithms, tookMs } = await checked([...many, ...written("hang")], { timeMs: 5000 });
    expect([verdict, algorithms]).toEqual(["unknown", ["search"]]);
    expect(why).toMatch(
      /^partition \S+ \(one of 1\) with 301 operations, 0 of unknown outcome, was not decided: the time limit was reached while the search was at work.*; allow more time with --timeout$/,
    );
    expect(tookMs).toBeGreaterThanOrEqual(5000);
    expect(tookMs).toBeLessThan(5000 + patienceMs);
  });

  test("of a monitor names the monitor", async () => {
    const { verdict, why, algorithms } = await checked([...many, ...written("monitor")], { timeMs: 5000 });
    expect([verdict, algorithms]).toEqual(["unknown", ["careless monitor"]]);
    expect(why).toContain("while the careless monitor was at work");
  });

  test("in the search for a witness does not hide the violation", async () => {
    const { verdict, violation, why } = await checked([...written("unexplained", "two"), ...read("unexplained")], { timeMs: 5000 });
    expect([verdict, violation?.witness]).toEqual(["invalid", null]);
    expect(why).toMatch(/^no order of the 3 operations.* respects real time.*; the limits ended before a smallest witness was found$/);
  });

  test("is ended when the user interrupts, without waiting for the limit", async () => {
    const controller = new AbortController();
    const { verdict, isInterrupted, why, tookMs } = await checked([...written("hang"), ...many], {
      signal: controller.signal,
      onNote: (note) => note.kind === "attempt" && controller.abort(),
    });
    expect([verdict, isInterrupted, tookMs < 30_000]).toEqual(["unknown", true, true]);
    expect(why).toContain("it was interrupted while the search was at work");
  });
});

describe("a check that was interrupted before it began", () => {
  test("reads nothing, and says so", async () => {
    const { verdict, isInterrupted, size, why } = await checked([...many, ...written("hang")], { signal: AbortSignal.abort() });
    expect([verdict, isInterrupted]).toEqual(["unknown", true]);
    expect(size === undefined ? why : "the history was not decided: it was interrupted").toContain("the history was not decided: it was interrupted");
  });
});

describe("a model that takes all memory", () => {
  test.each(["leak", "buffers"])("as %s is ended near the limit, with the reason, and the process lives", async (misdeed) => {
    const memoryBytes = process.memoryUsage.rss() + 300 * mebibyte;
    const { verdict, why } = await checked([...many, ...written(misdeed)], { memoryBytes });
    expect(verdict).toBe("unknown");
    expect(why).toContain("the memory limit was reached");
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(memoryBytes * 1.1);
  });
});

describe("a model that breaks", () => {
  test("is a mistake to be seen, not a verdict", async () => {
    const error: unknown = await checked(written("crash")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "Error", message: "the model is broken" });
    expect(error).not.toBeInstanceOf(UsageError);
  });
});

describe("several threads", () => {
  const history = (bad: boolean): string[] => {
    const settings = { operationCount: 240, clientCount: 10, indeterminate: 0, ...(bad ? { bad: "late" as const } : {}) };
    return queueLines(simulateOperations(simulatedQueue({ keyCount: 4, valueCount: 3 }), settings, seededRandom("several threads")));
  };
  const real = { model: "fifo-queue", roundsAlone: 0, entry: new URL("./worker.ts", import.meta.url) };

  test.each([1, 2, 4])("find a history valid, whether they are %i, and list all its partitions in order", async (threadCount) => {
    const { verdict, linearizations, size, partitionsDecided, ...found } = await checked(history(false), { ...real, threadCount });
    expect([verdict, partitionsDecided, size?.partitions, found.threadCount]).toEqual(["valid", 4, 4, threadCount]);
    expect(linearizations.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(linearizations.reduce((sum, { steps }) => sum + steps.length, 0)).toBe(240);
  });

  test.each([1, 2, 4])("find the violation, whether they are %i", async (threadCount) => {
    const { verdict, violation } = await checked(history(true), { ...real, threadCount });
    expect(verdict).toBe("invalid");
    expect(violation?.witness?.length).toBeGreaterThan(0);
  });
});
