import { expect, test } from "vitest";
import { campaignReport, hostileStrings, runReport } from "./fixtures/reports.fixture.ts";
import { campaignDocument, runDocument } from "./json.ts";

test("a run's document names its schema, its verdict, its witness and how to repeat it", () => {
  const document = runDocument(runReport());
  expect(document).toMatchObject({
    schema: "faultline/run-report/1",
    verdict: "invalid",
    failureClass: "KV-C1/register:linearizable",
    headline: "kv (raft) with the planted bug stale-reads broke its promise KV-C1.",
    repeatLine: "npm run faultline -- replay 20260728-133810-123-kv",
    evidence: [{ kind: "witness" }, { kind: "conflicting-facts" }],
    plan: { seed: "7" },
  });
});

test("a campaign's document holds its cells, claims and bugs", () => {
  expect(campaignDocument(campaignReport())).toMatchObject({
    schema: "faultline/campaign-report/1",
    verdict: "invalid",
    cells: [{ system: "kv" }, {}, {}],
    bugs: [{ isFound: true }, { isFound: false }],
  });
});

test.each(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 40), text]))("values come back as they were: %s", (_name, hostile) => {
  const read: unknown = JSON.parse(JSON.stringify(runDocument(runReport({ hostile }))));
  expect(read).toMatchObject({ plan: { seed: `7${hostile}` } });
});
