import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../harness/history.ts";
import { campaignReport, hostileStrings, runReport } from "./fixtures/reports.fixture.ts";
import { campaignText, runText } from "./text.ts";

describe("the text of a run", () => {
  test("tells what was promised, what was seen, which fault was in force, and ends with the line that repeats it", () => {
    const lines = runText(runReport()).trimEnd().split("\n");
    expect(lines[0]).toBe("✗ kv (raft) with the planted bug stale-reads broke its promise KV-C1.");
    expect(lines[2]).toBe("promised  KV-C1: Every key behaves like one register");
    expect(lines[3]).toBe("seen      read 0.1 after 1.1 was written");
    expect(lines[5]).toBe("fault     partition of n1 from 0.900 s to 2.506 s (12 effects).");
    expect(lines.at(-1)).toBe("again     npm run faultline -- replay 20260728-133810-123-kv");
  });

  test("marks the impossible step of the witness and no other", () => {
    const marked = runText(runReport())
      .split("\n")
      .filter((line) => line.startsWith("    >"));
    expect(marked).toEqual(["    >  #3  p0 at n1  1.300 s  1.300 s  ok  read x -> 0.1"]);
  });

  test("says that a node died although no fault did it, in a valid run too", () => {
    const report = runReport({ verdict: "valid" });
    const builder = new HistoryBuilder();
    const death = { reason: "its process ended with exit code 0\u001b[2J", isUncaught: false };
    builder.append({ timeNs: 1, process: -1, type: "fact", f: "node.died", node: "n2", phase: "faults", value: { data: death } });
    const text = runText({ ...report, result: { ...report.result, history: builder.build() } });
    expect(text).toContain("  died without a fault: 1 time, first n2: its process ended with exit code 0");
    expect(text).not.toContain("\u001b");
    const calm = { ...report, result: { ...report.result, history: new HistoryBuilder().build() } };
    expect(runText(calm)).not.toContain("died without");
  });

  test("never calls an undecided run valid", () => {
    const text = runText(runReport({ verdict: "unknown" }));
    expect(text).toMatch(/^\? Nobody can tell whether kv \(raft\) kept its promises \(the run was interrupted\)\.\n/);
    expect(text).not.toContain("✓");
  });

  test("says which claims a valid run kept and how many it did not exercise", () => {
    expect(runText(runReport({ verdict: "valid" }))).toMatch(/^✓ kv \(raft\) kept KV-C1\. 1 other claim was not exercised\.\n/);
  });

  test.each(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    "prints %s without obeying it, in lines that stay lines",
    (_name, hostile) => {
      const calm = runText(runReport({ hostile: "calm" })).split("\n").length;
      const text = runText(runReport({ hostile }));
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
      expect(text.split("\n").length).toBe(calm);
      expect(text.length).toBeLessThan(100_000);
    },
  );
});

describe("the text of a campaign", () => {
  test("begins with the verdict and shows every cell, every broken claim and every missed bug", () => {
    const text = campaignText(campaignReport());
    expect(text).toMatch(/^✗ kv broke a promise in 1 of 3 cells; 1 cell is undecided; 1 of 2 planted bugs found \(200 runs in 1 min 30 s\)\.\n/);
    expect(text).toContain("  ✗ invalid  kv default             2    80           2        0          3,200               440\n");
    expect(text).toContain("    ? unknown  sequencer default  register  swarm+targeted  40 runs, 1 unknown, 1,600 ok, 220 faults in effect     because");
    expect(text).toContain("✗ invalid  kv KV-C1  Every key behaves like one register");
    expect(text).toContain("✗ MISSED  kv vote-not-fsynced  KV-C8  0 of 40 runs   no run violated KV-C8");
    expect(text).toMatch(/again {5}npm run faultline -- replay 2026\n$/);
  });

  test("says so when nothing was run or decided", () => {
    const empty = { ...campaignReport(), cells: [], claims: [], bugs: [], verdict: "unknown" as const };
    expect(campaignText(empty)).toMatch(/^\? No correct system was run \(0 runs/);
  });

  test.each(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 40), text]))("prints %s without obeying it", (_name, hostile) => {
    expect(
      campaignText({ ...campaignReport(hostile), cells: campaignReport(hostile).cells.map(({ repeatLine: _ours, ...cell }) => cell) }).replaceAll("\n", ""),
    ).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
  });
});
