// The face of the reports: results in; text, JSON and pages out. Pure.
export type { BugScore, CampaignCell, CampaignClaim, CampaignReport, RunReport } from "./report.ts";
export { campaignText, runText, type Paint } from "./text.ts";
export { campaignDocument, runDocument } from "./json.ts";
export { runPage } from "./html/run.ts";
export { campaignPage } from "./html/campaign.ts";
export { visible, visibleLines } from "./visible.ts";
