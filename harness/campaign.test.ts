import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { campaignCells, cellPlan, isInShard, parseShard, type Cell } from "./campaign-cells.ts";
import { runCampaign, type CampaignOptions } from "./campaign.ts";
import { mergeCampaigns } from "./campaign-merge.ts";
import { failuresKept, type CampaignResult, type CellResult, type SeedLetter, type SeedRow } from "./campaign-result.ts";
import { summarize } from "./campaign-summary.ts";
import { digestRun, lostRun } from "./digest.ts";
import { UsageError } from "./errors.ts";
import { worstEnding } from "./exit-code.ts";
import type { Execute } from "./explore.ts";
import { exampleResult, type ExampleResult } from "./fixtures/result.fixture.ts";
import { exampleSystem } from "./fixtures/system.fixture.ts";
import { parseCampaign } from "./parse-campaign.ts";
import type { Plan } from "./plan.ts";

const cells = campaignCells({
  systems: [exampleSystem],
  nemeses: [
    { name: "kill", kinds: ["kill"] },
    { name: "disk", kinds: ["disk-full"] },
  ],
  hasBugs: true,
});
const planOf = (cell: Cell, index: number): Plan => cellPlan(cell, { system: exampleSystem, module: "file:///kv.ts", seedBase: "1", index });

/** What a run of the plan gives; by default all is valid and every bug is found by its claim at its third seed. */
function executing(outcome: (plan: Plan, seedIndex: number) => ExampleResult = usual): Execute {
  return ({ index, plan }) => {
    const result = exampleResult({ plan, claims: { C1: "valid", C2: "valid" }, traceHash: plan.seed, ...outcome(plan, Number(plan.seed.split("-")[1])) });
    return Promise.resolve(digestRun(result, { index, wallMs: 2 }));
  };
}

function usual(plan: Plan, seedIndex: number): ExampleResult {
  if (plan.bug === undefined || seedIndex < 2) return {};
  const accuser = plan.bug === "lost-votes" ? "C2" : "C1";
  return { verdict: "invalid", claims: { C1: "valid", C2: "valid", [accuser]: "invalid" }, failureClass: `${accuser}/x:y` };
}

function options(replaced: Partial<CampaignOptions> = {}): CampaignOptions {
  let nowMs = 0;
  return { cells, seedBase: "1", label: "commit 1", planOf, execute: executing(), parallel: 4, clock: () => nowMs++, timeMs: 500, leastSeeds: 5, ...replaced };
}

function runsOf(result: CampaignResult): Readonly<Record<string, number>> {
  return Object.fromEntries(result.cells.map(({ cell, rows }) => [cell.key, rows.length]));
}

describe("the cells of a campaign", () => {
  test("are every promise under every kind of trouble that the design takes, and every bug", () => {
    expect(cells.map((cell) => cell.key)).toEqual([
      "kv/gossip/bug:lazy-gossip",
      "kv/gossip/register/kill",
      "kv/gossip/register/search",
      "kv/gossip/set/kill",
      "kv/gossip/set/search",
      "kv/raft/bug:lost-votes",
      "kv/raft/bug:stale-reads",
      "kv/raft/register/kill",
      "kv/raft/register/search",
      "kv/raft/set/kill",
      "kv/raft/set/search",
    ]);
  });

  test("give plans with what they fix; a bug is searched for exactly as in the correct system", () => {
    const byKey = new Map(cells.map((cell) => [cell.key, cell]));
    const plan = (key: string): Plan => planOf(byKey.get(key) as Cell, 3);
    expect(plan("kv/raft/set/kill")).toMatchObject({ variant: "raft", workload: "set", nemeses: ["kill"] });
    expect(plan("kv/gossip/bug:lazy-gossip")).toMatchObject({ variant: "gossip", bug: "lazy-gossip", nemeses: ["swarm", "targeted"] });
    expect({ ...plan("kv/raft/bug:lost-votes"), bug: "" }).toEqual({ ...plan("kv/raft/bug:stale-reads"), bug: "" });
  });

  test("belong to exactly one shard each, whatever other cells there are", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (key, total) => {
        const shards = Array.from({ length: total }, (_, index) => isInShard(key, { index: index + 1, total }));
        expect(shards.filter(Boolean)).toHaveLength(1);
      }),
    );
    const keys = Array.from({ length: 4_000 }, (_, index) => `kv/raft/register/nemesis-${index}`);
    for (const index of [1, 2, 3, 4]) expect(keys.filter((key) => isInShard(key, { index, total: 4 })).length).toBeGreaterThan(800);
  });

  test.each(["0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "-1/4", "1.5/4"])("shard %s is refused", (text) => {
    expect(() => parseShard(text)).toThrow(UsageError);
  });
});

describe("running a campaign", () => {
  test("gives every cell its least seeds, then shares the time seed by seed, and leaves bugs that were found", async () => {
    const runs = runsOf(await runCampaign(options({ execute: executing(), parallel: 1 })));
    for (const [key, count] of Object.entries(runs)) {
      if (key.includes("bug:")) expect(count).toBe(3);
      else expect(count).toBeGreaterThan(20);
    }
    const correct = Object.entries(runs).flatMap(([key, count]) => (key.includes("bug:") ? [] : [count]));
    expect(Math.max(...correct) - Math.min(...correct)).toBeLessThanOrEqual(1);
  });

  test("gives every cell its least seeds although the time is long over", async () => {
    const runs = runsOf(await runCampaign(options({ timeMs: 0, execute: executing(() => ({})) })));
    expect(new Set(Object.values(runs))).toEqual(new Set([5]));
  });

  test("never exceeds the most seeds", async () => {
    const runs = runsOf(await runCampaign(options({ timeMs: Infinity, mostSeeds: 7, execute: executing(() => ({})) })));
    expect(new Set(Object.values(runs))).toEqual(new Set([7]));
  });

  test("in shards runs the same cells with the same seeds as in one piece", async () => {
    const fixed = { timeMs: 0 };
    const whole = await runCampaign(options({ ...fixed, shard: { index: 1, total: 1 } }));
    const shards = await Promise.all([1, 2, 3].map((index) => runCampaign(options({ ...fixed, shard: { index, total: 3 } }))));
    const merged = shards.reduce(mergeCampaigns);
    expect(merged.cells).toEqual(whole.cells);
    expect(summarize(merged)).toEqual(summarize(whole));
    expect(summarize(merged).verdict).toBe("valid");
  });

  test("that is interrupted keeps what it has, which is not called valid", async () => {
    const controller = new AbortController();
    const result = await runCampaign(options({ signal: controller.signal, onProgress: ({ runCount }) => void (runCount === 12 && controller.abort()) }));
    const summary = summarize(result);
    // What had ended when it came is kept; no further run was begun.
    expect(summary.runCount).toBeGreaterThanOrEqual(12);
    expect(summary.runCount).toBeLessThanOrEqual(15);
    expect(summary.verdict).toBe("unknown");
    expect(worstEnding(summary.endings)).toBe("interrupted");
    expect(summary.missing).toEqual(cells.map((cell) => cell.key));
  });

  test("survives the way through a file", async () => {
    const execute = executing((plan, index) => (index === 4 ? { verdict: "invalid", claims: { C1: "invalid" }, failureClass: "C1/x:y" } : usual(plan, index)));
    const result = await runCampaign(options({ execute, timeMs: 0 }));
    expect(parseCampaign(JSON.parse(JSON.stringify(result)), "campaign.json")).toEqual(result);
  });
});

describe("what a campaign says", () => {
  const summaryOf = async (outcome: (plan: Plan, index: number) => ExampleResult) =>
    summarize(await runCampaign(options({ timeMs: 0, execute: executing(outcome) })));

  test("valid when every claim was exercised and kept and every bug found", async () => {
    const summary = await summaryOf(usual);
    expect(summary).toMatchObject({ verdict: "valid", endings: ["valid"], missing: [] });
    expect(summary.bugs).toMatchObject([
      { bug: "lazy-gossip", isFound: true, seedCount: 3 },
      { bug: "lost-votes", isFound: true },
      { bug: "stale-reads", isFound: true },
    ]);
  });

  test("invalid when the correct system violates a claim in a single run", async () => {
    const summary = await summaryOf((plan, index) =>
      plan.bug === undefined && plan.workload === "set" && plan.variant === "raft" && index === 4
        ? { verdict: "invalid", claims: { C1: "valid", C2: "invalid" }, failureClass: "C2/x:y" }
        : usual(plan, index),
    );
    expect(summary.verdict).toBe("invalid");
    expect(summary.claims.filter((claim) => claim.verdict === "invalid")).toMatchObject([{ variant: "raft", claim: "C2" }]);
    expect(summary.cells.filter((cell) => cell.verdict === "invalid").map((cell) => cell.key)).toEqual(["kv/raft/set/kill", "kv/raft/set/search"]);
  });

  test("invalid when a bug is missed, and when only another claim accuses it", async () => {
    const missed = await summaryOf((plan, index) => (plan.bug === "stale-reads" ? {} : usual(plan, index)));
    expect(missed).toMatchObject({ verdict: "invalid" });
    expect(missed.bugs.filter((bug) => !bug.isFound)).toMatchObject([{ bug: "stale-reads", otherAccusers: [], seedCount: undefined, runCount: 5 }]);
    const other = await summaryOf((plan, index) =>
      plan.bug === "stale-reads" ? { verdict: "invalid", claims: { C1: "valid", C2: "invalid" }, failureClass: "C2/x:y" } : usual(plan, index),
    );
    expect(other).toMatchObject({ verdict: "invalid" });
    expect(other.bugs.filter((bug) => !bug.isFound)).toMatchObject([{ bug: "stale-reads", otherAccusers: ["C2"] }]);
  });

  test("unknown when a claim is undecided anywhere, or was never exercised", async () => {
    const undecided = await summaryOf((plan, index) =>
      plan.bug === undefined && index === 2 ? { verdict: "unknown", claims: { C1: "unknown", C2: "valid" } } : usual(plan, index),
    );
    expect(undecided.verdict).toBe("unknown");
    const idle = await summaryOf((plan, index) => (plan.bug === undefined ? { claims: { C1: "valid", C2: "not-exercised" } } : usual(plan, index)));
    expect(idle.verdict).toBe("unknown");
    expect(idle.claims.filter((claim) => claim.verdict === "unknown").map((claim) => `${claim.variant} ${claim.claim}`)).toEqual(["gossip C2", "raft C2"]);
  });

  test("unknown when in a cell no seed did enough to count", async () => {
    expect((await summaryOf((plan, index) => (plan.bug === undefined ? { okCount: 19 } : usual(plan, index)))).verdict).toBe("unknown");
    expect((await summaryOf((plan, index) => (plan.bug === undefined ? { effectiveCount: 0 } : usual(plan, index)))).verdict).toBe("unknown");
  });

  test("unknown when a seed hangs, and a crash of the harness outranks a violation", async () => {
    const losing =
      (ending: "stuck" | "crashed"): Execute =>
      (trial) =>
        trial.index === 12 ? Promise.resolve(lostRun(trial.plan, { index: 12, wallMs: 1, ending, why: "lost" })) : executing()(trial);
    const stuck = summarize(await runCampaign(options({ timeMs: 0, execute: losing("stuck") })));
    expect(stuck.verdict).toBe("unknown");
    const crashed = summarize(await runCampaign(options({ timeMs: 0, execute: losing("crashed") })));
    expect(worstEnding(crashed.endings)).toBe("crashed");
  });

  test("unknown while a shard is missing, but a shard by itself is judged by its own cells", async () => {
    const shard = { index: 1, total: 3 };
    const result = await runCampaign(options({ timeMs: 0, shard }));
    expect(summarize(result).verdict).toBe("unknown");
    expect(summarize(result).missing.length).toBe(cells.filter((cell) => !isInShard(cell.key, shard)).length);
    expect(summarize(result, shard)).toMatchObject({ verdict: "valid", missing: [] });
  });

  test("a failing run's plan, of each failure only the first few", async () => {
    const result = await runCampaign(
      options({
        timeMs: 0,
        leastSeeds: 9,
        execute: executing((plan) => ({ verdict: "invalid", claims: { C1: "invalid" }, failureClass: plan.bug === undefined ? "C1/x:y" : null })),
      }),
    );
    const [failures] = result.cells.flatMap((cell) => (cell.cell.bug === null ? [cell.failures] : []));
    expect(failures?.map((failure) => failure.index)).toEqual(Array.from({ length: failuresKept }, (_, index) => index));
    expect(failures?.[0]?.plan).toMatchObject({ seed: "1-0" });
  });
});

const cell = (key: string): Cell => ({ key, system: "kv", variant: "raft", workload: "register", nemesis: null, bug: null, accusedBy: null, claims: ["C1"] });

describe("merging", () => {
  const keys = ["a", "b", "c", "d"];
  const row = fc.record({
    index: fc.nat(4),
    letter: fc.constantFrom<SeedLetter>("v", "i", "u", "s", "c"),
    hash: fc.constantFrom("1", "2", "3"),
    wallMs: fc.nat(9),
  });
  const cellResult = fc
    .record({
      key: fc.constantFrom(...keys),
      rows: fc.uniqueArray(row, { selector: ({ index }) => index, maxLength: 5 }).map((rows) => rows.toSorted((a, b) => a.index - b.index)),
    })
    .map(({ key, rows }): CellResult => ({
      cell: cell(key),
      rows: rows.map(({ index, letter, hash, wallMs }): SeedRow => {
        const isLost = letter === "s" || letter === "c";
        return [index, letter, isLost ? "" : letter, isLost ? "" : hash, 30, 1, 0, wallMs];
      }),
      failures: rows
        .flatMap(({ index, letter, hash }) =>
          letter === "i" ? [{ failureClass: "C1/x:y", index, seed: `${index}`, verdict: "invalid" as const, why: hash, plan: null }] : [],
        )
        .slice(0, failuresKept),
    }));
  const document = fc
    .record({ cells: fc.uniqueArray(cellResult, { selector: (result) => result.cell.key }), completeShards: fc.subarray([1, 2, 3]) })
    .map(({ cells: drawn, completeShards }): CampaignResult => ({
      schema: "faultline/campaign/1",
      configurationHash: "h",
      seedBase: "1",
      label: "x",
      cellKeys: keys,
      shardCount: 3,
      completeShards,
      conflicts: [],
      cells: drawn.toSorted((a, b) => (a.cell.key < b.cell.key ? -1 : 1)),
    }));

  test("gives the same in any order, any grouping, and with any document twice", () => {
    fc.assert(
      fc.property(document, document, document, (a, b, c) => {
        expect(mergeCampaigns(a, b)).toEqual(mergeCampaigns(b, a));
        expect(mergeCampaigns(mergeCampaigns(a, b), c)).toEqual(mergeCampaigns(a, mergeCampaigns(b, c)));
        expect(mergeCampaigns(a, a)).toEqual(a);
        const both = mergeCampaigns(a, b);
        expect(mergeCampaigns(both, a)).toEqual(both);
      }),
    );
  });

  const one = (rowsOf: readonly SeedRow[], replaced: Partial<CampaignResult> = {}): CampaignResult => ({
    schema: "faultline/campaign/1",
    configurationHash: "h",
    seedBase: "1",
    label: "x",
    cellKeys: ["a"],
    shardCount: 1,
    completeShards: [1],
    conflicts: [],
    cells: [{ cell: cell("a"), rows: rowsOf, failures: [] }],
    ...replaced,
  });

  test("counts a seed once, and two different results of one simulated seed are a crash of determinism", () => {
    const valid: SeedRow = [0, "v", "v", "11", 30, 1, 0, 5];
    expect(mergeCampaigns(one([valid]), one([[0, "v", "v", "11", 30, 1, 0, 3]])).cells[0]?.rows).toEqual([[0, "v", "v", "11", 30, 1, 0, 3]]);
    const conflicting = mergeCampaigns(one([valid]), one([[0, "i", "i", "22", 30, 1, 0, 3]]));
    expect(conflicting.conflicts).toEqual(["a#0"]);
    expect(conflicting.cells[0]?.rows[0]?.[1]).toBe("i");
    expect(worstEnding(summarize(conflicting).endings)).toBe("crashed");
  });

  test("prefers a result to a lost run", () => {
    const lost: SeedRow = [0, "s", "", "", 0, 0, 0, 9_000];
    const valid: SeedRow = [0, "v", "v", "11", 30, 1, 0, 5];
    expect(mergeCampaigns(one([lost]), one([valid])).cells[0]?.rows).toEqual([valid]);
  });

  test("refuses results of another commit", () => {
    expect(() => mergeCampaigns(one([]), one([], { configurationHash: "other", label: "y" }))).toThrow(/one is of x, the other of y/);
  });

  test.each([
    ["two cells of one key", { cells: [...one([]).cells, ...one([]).cells] }],
    [
      "rows out of order",
      one([
        [1, "v", "v", "1", 30, 1, 0, 1],
        [0, "v", "v", "1", 30, 1, 0, 1],
      ]),
    ],
    ["a row that is none", one([[0, "x" as SeedLetter, "v", "1", 30, 1, 0, 1]])],
    ["cells of another campaign", { cellKeys: ["b"] }],
    ["another schema", { schema: "faultline/campaign/2" }],
  ])("refuses a document with %s", (_what, broken) => {
    expect(() => parseCampaign(JSON.parse(JSON.stringify({ ...one([]), ...broken })), "shard.json")).toThrow(UsageError);
  });
});
