// The gate for campaign documents from outside: shards that are merged come from other machines. For the command that merges.
import { z } from "zod";
import { campaignSchema, type CampaignResult } from "./campaign-result.ts";
import { UsageError } from "./errors.ts";
import { depthLimit, isJson, refuse, strict } from "./parse-schema.ts";
import { parsePlan } from "./parse-plan.ts";

const name = z.string().min(1).max(500);
const count = z.int().min(0);

const cell = strict({
  key: name,
  system: name,
  variant: name,
  workload: name.nullable(),
  nemesis: name.nullable(),
  bug: name.nullable(),
  accusedBy: name.nullable(),
  claims: z.array(name).max(1_000),
});

const row = z.tuple([count, z.enum(["v", "i", "u", "s", "c"]), z.string().regex(/^[viun]*$/), z.string().max(200), count, count, count, count]);

const failure = strict({
  failureClass: name,
  index: count,
  seed: name,
  verdict: z.enum(["valid", "invalid", "unknown"]),
  why: z.string(),
  // Checked by `parsePlan` below.
  plan: z.unknown(),
});

const campaign = strict({
  schema: z.literal(campaignSchema),
  configurationHash: name,
  seedBase: name,
  label: z.string().max(500),
  cellKeys: z.array(name).max(100_000),
  shardCount: z.int().min(1).max(10_000),
  completeShards: z.array(z.int().min(1)).max(10_000),
  cells: z.array(strict({ cell, rows: z.array(row), failures: z.array(failure) })).max(100_000),
  conflicts: z.array(name),
});

/** @throws UsageError for another schema or anything that a campaign would not have written */
export function parseCampaign(json: unknown, source: string): CampaignResult {
  if (!isJson(json))
    throw new UsageError(
      "broken-campaign",
      `${source} is not the result of a campaign: expected JSON nested at most ${depthLimit} deep.`,
      "Check whether it is the right file.",
    );
  const parsed = campaign.safeParse(json);
  if (!parsed.success)
    refuse(parsed.error, {
      code: "broken-campaign",
      noun: "result of a campaign",
      source,
      wayOut: "Check whether it is the right file, written by the same version of Faultline.",
    });
  const keys = parsed.data.cells.map((result) => result.cell.key);
  const isConsistent =
    new Set(keys).size === keys.length &&
    keys.every((key) => parsed.data.cellKeys.includes(key)) &&
    parsed.data.cells.every((result) => isOrdered(result.rows));
  if (!isConsistent)
    throw new UsageError(
      "broken-campaign",
      `${source} contradicts itself: its cells or rows occur twice, out of order, or are of another campaign.`,
      "Run the shard again.",
    );
  for (const { plan } of parsed.data.cells.flatMap((result) => result.failures)) if (plan !== null) parsePlan(plan, `a plan in ${source}`);
  // The one decode boundary of campaign documents: the schemas above mirror `CampaignResult`, and plans were checked one by one.
  return parsed.data as unknown as CampaignResult;
}

function isOrdered(rows: readonly (readonly [number, ...unknown[]])[]): boolean {
  return rows.every((current, position) => position === 0 || current[0] > (rows[position - 1]?.[0] ?? -1));
}
