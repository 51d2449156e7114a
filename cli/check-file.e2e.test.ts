// `check FILE --model NAME` from words to exit code: every model, every ending, files that are none, and limits that hold.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeHistory } from "../checkers/formats/index.ts";
import { historyOf, simulateOperations } from "../checkers/linearizability/simulated/simulated-history.ts";
import { simulatedStack } from "../checkers/linearizability/simulated/simulated-objects.ts";
import { seededRandom } from "../harness/random.ts";
import { Desk, type Recorded } from "./fixtures/recorded-terminal.ts";

const keys = ["verdict", "algorithm", "operations", "partitions", "milliseconds", "peakMemoryBytes", "witness", "linearization", "why"];
const documentOf = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

/** `0 invoke write 1`: process, type, function, value. */
function edn(...events: readonly string[]): string {
  return events
    .map((event) => {
      const [process = "", type = "", f = "", ...value] = event.split(" ");
      return `{:process ${process} :type :${type} :f :${f} :value ${value.join(" ")}}\n`;
    })
    .join("");
}

async function check(desk: Desk, content: string | Uint8Array, words: readonly string[]): Promise<Recorded> {
  writeFileSync(join(desk.directory, "history"), content);
  return await desk.run(["check", "history", ...words]);
}

/** What two processes did, one after the other: everything but the answer of the last operation. */
const objects: readonly (readonly [model: string, events: readonly string[], right: string, wrong: string])[] = [
  ["register", ["0 invoke write 1", "0 ok write 1", "1 invoke read nil"], "1 ok read 1", "1 ok read nil"],
  ["cas-register", ["0 invoke write 1", "0 ok write 1", "1 invoke cas [1 2]", "1 ok cas [1 2]", "0 invoke read nil"], "0 ok read 2", "0 ok read 1"],
  ["versioned-register", ["0 invoke write [nil 5]", "0 ok write [1 5]", "1 invoke read nil"], "1 ok read [1 5]", "1 ok read [2 5]"],
  [
    "multi-key-store",
    ["0 invoke txn [[:write :x 1]]", "0 ok txn [[:write :x 1]]", "1 invoke txn [[:read :x nil]]"],
    "1 ok txn [[:read :x 1]]",
    "1 ok txn [[:read :x 2]]",
  ],
  ["string-store", ['0 invoke append "a"', '0 ok append "a"', "1 invoke get nil"], '1 ok get "a"', '1 ok get "b"'],
  ["fifo-queue", ["0 invoke enqueue 1", "0 ok enqueue 1", "0 invoke enqueue 2", "0 ok enqueue 2", "1 invoke dequeue nil"], "1 ok dequeue 1", "1 ok dequeue 2"],
  ["stack", ["0 invoke push 1", "0 ok push 1", "0 invoke push 2", "0 ok push 2", "1 invoke pop nil"], "1 ok pop 2", "1 ok pop 1"],
  ["priority-queue", ["0 invoke insert 2", "0 ok insert 2", "0 invoke insert 1", "0 ok insert 1", "1 invoke poll nil"], "1 ok poll 2", "1 ok poll 1"],
  ["set", ["0 invoke add 1", "0 ok add true", "1 invoke contains 1"], "1 ok contains true", "1 ok contains false"],
  ["growing-set", ["0 invoke add 1", "0 ok add 1", "1 invoke read nil"], "1 ok read #{1}", "1 ok read #{}"],
  ["counter", ["0 invoke add 2", "0 ok add 2", "1 invoke read nil"], "1 ok read 2", "1 ok read 3"],
  ["mutex", ['0 invoke acquire "a"', '0 ok acquire "a"', '1 invoke acquire "b"'], "1 ok acquire false", "1 ok acquire true"],
  [
    "fenced-lock",
    ['0 invoke acquire "a"', "0 ok acquire 7", '0 invoke release "a"', '0 ok release "a"', '1 invoke acquire "b"'],
    "1 ok acquire 8",
    "1 ok acquire 7",
  ],
  ["semaphore:2", ["0 invoke acquire nil", "0 ok acquire nil", "1 invoke acquire nil"], "1 ok acquire true", "1 ok acquire false"],
];

describe("a history of a", () => {
  test.each(objects)("%s is valid with the right answer and invalid with the wrong one", async (model, events, right, wrong) => {
    using desk = new Desk();
    const valid = await check(desk, edn(...events, right), ["--model", model, "--json"]);
    expect([valid.code, valid.err, documentOf(valid.out)]).toMatchObject([0, "", { verdict: "valid", witness: null }]);
    const invalid = await check(desk, edn(...events, wrong), ["--model", model, "--json"]);
    expect([invalid.code, invalid.err, documentOf(invalid.out)]).toMatchObject([1, "", { verdict: "invalid", linearization: null }]);
  });
});

describe("the document", () => {
  const events = ["0 invoke write 1", "0 ok write 1", "1 invoke write 2", "2 invoke write 3", "2 info write 3", "3 invoke read nil"];

  test("of a valid history has exactly the promised keys, with a linearization from the first state on", async () => {
    using desk = new Desk();
    const { out } = await check(desk, edn(...events, "3 ok read 3"), ["--model", "register", "--json"]);
    const document = documentOf(out);
    expect(Object.keys(document)).toEqual(keys);
    expect(document).toMatchObject({
      verdict: "valid",
      algorithm: "depth-first search",
      operations: 4,
      partitions: 1,
      milliseconds: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
      witness: null,
      why: "2 completed operations have a legal order that respects real time; decided by depth-first search: a short search was enough",
    });
    expect(document["linearization"]).toEqual([
      {
        partition: "register",
        initialState: "nothing",
        steps: [
          { operation: 0, text: "write register = 1", stateAfter: "1" },
          { operation: 2, text: "write register = 3", stateAfter: "3" },
          { operation: 3, text: "read register -> 3", stateAfter: "3" },
        ],
      },
    ]);
  });

  test("of an invalid history has the same keys, with a witness of readable operations at their places", async () => {
    using desk = new Desk();
    const { out } = await check(desk, edn(...events, "3 ok read nil"), ["--model", "register", "--json"]);
    const document = documentOf(out);
    expect(Object.keys(document)).toEqual(keys);
    expect(document["witness"]).toEqual([
      { process: 0, text: "write register = 1", result: "", invoked: 0, completed: 1 },
      { process: 3, text: "read register", result: "-> nothing", invoked: 5, completed: 6 },
    ]);
    expect(document["linearization"]).toBeNull();
  });

  test("of an undecided history has the same keys, and says why nobody decided it", async () => {
    using desk = new Desk();
    const words = ["--model", "string-store", "--algorithm", "monitor", "--json"];
    const { code, out } = await check(desk, edn('0 invoke append "a"', '0 ok append "a"'), words);
    const document = documentOf(out);
    expect([code, Object.keys(document)]).toEqual([2, keys]);
    expect(document).toMatchObject({ verdict: "unknown", witness: null, linearization: null });
    expect(document["why"]).toContain("there is no monitor for a string store");
  });

  test("says how much of a long linearization it lists", async () => {
    using desk = new Desk();
    const lines = Array.from({ length: 12_000 }, (_, index) => edn(`0 invoke add ${index}`, `0 ok add ${index}`)).join("");
    const { code, out } = await check(desk, lines, ["--model", "counter", "--json"]);
    const document = documentOf(out);
    expect([code, document["verdict"]]).toEqual([0, "valid"]);
    expect(document["why"]).toContain("; of the linearization, the first 10000 steps are listed");
    expect(document["linearization"]).toMatchObject([{ omitted: 2000 }]);
  });
});

describe("the text", () => {
  test("draws a violation: verdict, algorithm, sizes, time, memory, witness", async () => {
    using desk = new Desk();
    const events = ["0 invoke write 1", "0 ok write 1", "1 invoke write 2", "1 ok write 2", "3 invoke read nil", "3 ok read 1"];
    const { code, out } = await check(desk, edn(...events), ["--model", "register"]);
    expect(code).toBe(1);
    const shown = out
      .replace(/[\d.]+ ms/, "N ms")
      .replace(/\d+ MB/, "N MB")
      .replace(/: process 3 .*\./, ": WHY.")
      .replace(/effort .*/, "EFFORT");
    expect(shown).toBe(`✗ invalid: WHY.

algorithm   depth-first search: a short search was enough
history     3 operations, 0 of unknown outcome, in 1 partition; format jepsen-edn
EFFORT
time        N ms (deciding, without start and reading)
memory      N MB resident at most

the smallest contradiction on register, in order of invocation; none of these can be left out:
  process 0  write register = 1  ├─┤
  process 1  write register = 2      ├─┤
  process 3  read register -> 1          ├─┤
`);
  });

  test("of a history in which nothing was completed is no praise", async () => {
    using desk = new Desk();
    const { code, out } = await check(desk, edn("0 invoke write 1"), ["--model", "register"]);
    expect([code, out]).toMatchObject([2, expect.stringMatching(/^\? unknown: no operation was completed, so nothing was tested\.\n/)]);
  });
});

describe("the page about it", () => {
  const page = readFileSync(new URL("../docs/check-a-history.md", import.meta.url), "utf8");
  const shown = [...page.matchAll(/```sh\n[^\n]* check ([^\n]+)\n```\n\n```\n(.*?)```/gs)].map(([, words = "", output = ""]) => [words, output] as const);
  /** What differs from run to run, and with every improvement of a search. */
  const masked = (out: string): string => out.replaceAll(/^(effort|time|memory) .*$/gm, "$1");

  test("shows some outputs", () => expect(shown.length).toBeGreaterThanOrEqual(3));
  test.each(shown)("shows what `check %s` says", async (words, output) => {
    using desk = new Desk();
    symlinkSync(new URL("../docs", import.meta.url), join(desk.directory, "docs"));
    expect(masked((await desk.run(["check", ...words.split(" ")])).out)).toBe(masked(output));
  });
});

describe("the options", () => {
  const keyed = edn("0 invoke write [:x 1]", "0 ok write [:x 1]", "1 invoke read [:y nil]", "1 ok read [:y nil]");
  const failedCas = edn("0 invoke write 1", "0 ok write 1", "1 invoke cas [1 2]", "1 fail cas [1 2]");

  test("--partition key takes pairs apart", async () => {
    using desk = new Desk();
    expect(documentOf((await check(desk, keyed, ["--model", "register", "--partition", "key", "--json"])).out)).toMatchObject({
      verdict: "valid",
      partitions: 2,
    });
  });

  test("--failed-cas decides what a failure was", async () => {
    using desk = new Desk();
    expect((await check(desk, failedCas, ["--model", "register"])).code).toBe(0);
    expect((await check(desk, failedCas, ["--model", "register", "--failed-cas", "absent"])).code).toBe(0);
    expect((await check(desk, failedCas, ["--model", "register", "--failed-cas", "mismatch"])).code).toBe(1);
  });

  test.each(["auto", "search", "jit", "monitor"])("--algorithm %s finds the violation", async (algorithm) => {
    using desk = new Desk();
    const events = ["0 invoke write 1", "0 ok write 1", "1 invoke read nil", "1 ok read nil"];
    const { code, out } = await check(desk, edn(...events), ["--model", "register", "--algorithm", algorithm, "--json"]);
    expect([code, documentOf(out)["verdict"]]).toEqual([1, "invalid"]);
    const deciders: Readonly<Record<string, RegExp>> = { auto: /search/, search: /depth-first search/, jit: /just-in-time/, monitor: /register zones/ };
    expect(documentOf(out)["algorithm"]).toMatch(deciders[algorithm] ?? /never/);
  });

  test("--format that does not fit is refused instead of guessed", async () => {
    using desk = new Desk();
    const { code, err } = await check(desk, keyed, ["--model", "register", "--format", "hard"]);
    expect([code, err]).toMatchObject([64, expect.stringContaining("history: line 1: expected")]);
  });
});

describe("a mistake of the user", () => {
  const good = edn("0 invoke write 1", "0 ok write 1");
  const deep = `${good}{:process 1 :type :invoke :f :write :value ${"[".repeat(100_000)}`;

  test.each<readonly [name: string, content: string | Uint8Array, words: string, message: string, wayOut: string]>([
    ["no model", good, "", "history is not a history of ours", "--model: register or cas-register, versioned-register,"],
    ["a misspelt model", good, "--model regsiter", 'There is no model "regsiter".', 'Did you mean "register"?'],
    ["a misspelt option", good, "--model register --algoritm jit", "Unknown option '--algoritm'.", "Did you mean --algorithm?"],
    ["a misspelt algorithm", good, "--model register --algorithm jti", '--algorithm cannot be "jti".', 'Did you mean "jit"?'],
    ["a time without unit", good, "--model register --timeout 10", '"10" is not a duration.', "10s"],
    ["too little memory", good, "--model register --memory 1MB", "less than the program itself needs", "256MB"],
    ["an option of files without a model", good, "--timeout 10s", "is not a history of ours", "--model"],
    ["operations of another model", good, "--model fifo-queue", "history: line 1: expected", "--model"],
    ["an empty file", "", "--model register", "history", "."],
    ["a file of blank lines", "\n\n \n", "--model register", "history", "."],
    [
      "a binary file",
      Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256),
      "--model register",
      "history, line 1: expected text in UTF-8",
      "not compressed",
    ],
    ["a file cut off inside a line", good.slice(0, -5), "--model register", "history: line 2: expected", "complete"],
    ["prose", "Once upon a time\n", "--model register", "history", "--format"],
    ["one huge line", "x".repeat(20_000_000), "--model register", "history", "--format"],
    [
      "a huge line in a history",
      `${good}{:process 1 :type :invoke :f :read :value ${"9".repeat(10_000_000)}`,
      "--model register",
      "history: line 3: expected",
      ".",
    ],
    ["a hundred thousand brackets", deep, "--model register", "history: line 3: expected", "."],
    ["a completion without invocation", edn("0 ok write 1"), "--model register", "history: line 1: expected an invocation", "."],
  ])("%s exits 64 with one sentence and the way out", async (_name, content, words, message, wayOut) => {
    using desk = new Desk();
    const { code, out, err } = await check(desk, content, words === "" ? [] : words.split(" "));
    expect([code, out]).toEqual([64, ""]);
    const [said = "", ...rest] = err.split("\n");
    expect(said).toContain(message);
    expect(rest.join("\n")).toContain(wayOut);
    expect(err.length).toBeLessThan(2000);
  });

  test("a directory, nothing at all, and a file that may not be read exit 64 by their names", async () => {
    using desk = new Desk();
    mkdirSync(join(desk.directory, "folder"));
    expect(await desk.run(["check", "folder", "--model", "register"])).toMatchObject({ code: 64, err: expect.stringContaining("folder is a directory.") });
    expect(await desk.run(["check", "gone", "--model", "register"])).toMatchObject({
      code: 64,
      err: expect.stringContaining('There is no run or file named "gone".'),
    });
    writeFileSync(join(desk.directory, "secret"), good);
    chmodSync(join(desk.directory, "secret"), 0);
    // Root may read everything.
    if (process.getuid?.() !== 0)
      expect(await desk.run(["check", "secret", "--model", "register"])).toMatchObject({ code: 64, err: expect.stringContaining("EACCES") });
  });

  test("is one JSON document if that was asked for", async () => {
    using desk = new Desk();
    const { code, out } = await check(desk, "", ["--model", "register", "--json"]);
    expect([code, documentOf(out)]).toMatchObject([64, { schema: "faultline/error/1", verdict: null, error: { code: "broken-history" } }]);
  });
});

describe("a process of its own", () => {
  const main = new URL("./main.ts", import.meta.url).pathname;

  interface Ended {
    readonly code: number | null;
    readonly out: string;
    readonly tookMs: number;
  }

  /** 200 pushes and pops of three values by eight clients: more orders than anybody can search. */
  function hardStack(desk: Desk): string {
    const operations = simulateOperations(
      simulatedStack({ keyCount: 1, valueCount: 3 }),
      { operationCount: 200, clientCount: 16, indeterminate: 0, bad: "late" },
      seededRandom("hard stack"),
    );
    const path = join(desk.directory, "hard.edn");
    writeFileSync(path, writeHistory(historyOf(operations), "jepsen-edn", { model: "stack" }));
    return path;
  }

  function easyStack(desk: Desk): string {
    const path = join(desk.directory, "easy.edn");
    writeFileSync(path, edn("0 invoke push 1", "0 ok push 1"));
    return path;
  }

  async function started(words: readonly string[], onStart?: (kill: (signal: NodeJS.Signals) => void) => void): Promise<Ended> {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [main, "check", ...words, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    onStart?.((signal) => child.kill(signal));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out, tookMs: performance.now() - startedMs };
  }

  test("ends at its time limit, whatever the search is doing, and says how far it came", async () => {
    using desk = new Desk();
    const path = hardStack(desk);
    const easy = await started([easyStack(desk), "--model", "stack"]);
    const hard = await started([path, "--model", "stack", "--algorithm", "search", "--timeout", "3s"]);
    expect([easy.code, hard.code]).toEqual([0, 2]);
    expect(documentOf(hard.out)).toMatchObject({
      verdict: "unknown",
      operations: 200,
      partitions: 1,
      why: expect.stringContaining("the time limit was reached"),
    });
    expect(hard.tookMs).toBeGreaterThan(3000);
    // The promise is a tenth of a second on top of start and end; other processes on the machine get some more here.
    expect(hard.tookMs).toBeLessThan(3000 + easy.tookMs + 1500);
  });

  test("stays below its memory limit and says that it was the memory", async () => {
    using desk = new Desk();
    const { code, out } = await started([hardStack(desk), "--model", "stack", "--algorithm", "search", "--memory", "256MB", "--timeout", "50s"]);
    expect([code, documentOf(out)["verdict"], documentOf(out)["why"]]).toEqual([2, "unknown", expect.stringContaining("the memory limit was reached")]);
    expect(documentOf(out)["peakMemoryBytes"]).toBeLessThan(256 * 1024 ** 2 * 1.1);
  });

  test("ends with 130 on Ctrl-C, at once and with what is known", async () => {
    using desk = new Desk();
    const words = [hardStack(desk), "--model", "stack", "--algorithm", "search", "--timeout", "50s"];
    // By the time that another check has needed from start to end, this one has long been searching.
    const easy = await started([easyStack(desk), "--model", "stack"]);
    const { code, out, tookMs } = await started(words, (kill) => setTimeout(() => kill("SIGINT"), 1.5 * easy.tookMs + 500));
    expect([code, documentOf(out)["verdict"], documentOf(out)["why"]]).toEqual([130, "unknown", expect.stringContaining("it was interrupted")]);
    expect(tookMs).toBeLessThan(30_000);
  });
});
