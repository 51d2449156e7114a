// Results as versioned JSON documents, for programs. `verdict` is always a member; a change of form changes `schema`.
import type { JsonObject } from "../harness/json.ts";
import type { CampaignReport, RunReport } from "./report.ts";
import { storyOf } from "./story.ts";

const runSchema = "faultline/run-report/1";
const campaignSchema = "faultline/campaign-report/1";

/** A run without its history, which has a file of its own. */
export function runDocument(report: RunReport): JsonObject {
  const { result } = report;
  const story = storyOf(report);
  return jsonObject({
    schema: runSchema,
    verdict: result.verdict.verdict,
    why: result.verdict.why,
    headline: story.headline,
    id: report.id === "" ? null : report.id,
    ending: result.ending,
    failureClass: result.failureClass,
    claims: result.verdict.claims,
    evidence: result.verdict.evidence,
    faultsInForce: story.faults,
    bug: report.bug ?? null,
    shrink: report.shrink ?? null,
    repeatLine: report.repeatLine,
    statistics: result.statistics,
    checkerStatistics: result.verdict.statistics,
    plan: result.plan,
    environment: report.environment,
  });
}

/** A campaign with its cells, claims and planted bugs. */
export function campaignDocument(report: CampaignReport): JsonObject {
  return jsonObject({ schema: campaignSchema, ...report });
}

/** The same value as JSON would carry it: what has no JSON form (undefined, Infinity) is left out or null, as `JSON.stringify` does. */
export function jsonObject(value: object): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(value));
  if (!isJsonObject(parsed)) throw new TypeError("a list is no JSON object");
  return parsed;
}

/** Of what `JSON.parse` answered: every object that is no list is one. */
function isJsonObject(parsed: unknown): parsed is JsonObject {
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
}
