import { createHash } from "node:crypto";
import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { campaignReport, hostileStrings, runReport } from "../fixtures/reports.fixture.ts";
import { campaignPage } from "./campaign.ts";
import { runPage } from "./run.ts";
import { runScript } from "./script-run.ts";

const voidTags = new Set(["meta", "input", "br", "hr", "!doctype"]);

describe("the page of a run", () => {
  test("says verdict, promise, witness, fault and repeat line without JavaScript", async () => {
    const text = readable(await runPage(runReport()));
    for (const part of [
      "✗ invalid",
      "broke its promise KV-C1",
      "Every key behaves like one register",
      "✗ impossible",
      "partition of n1 from 0.900 s",
      "npm run faultline -- replay 20260728-133810-123-kv",
    ])
      expect(text).toContain(part);
  });

  test("draws the witness: both clients, the impossible read marked, the partition behind", async () => {
    const svg = /<svg[\s\S]*?<\/svg>/.exec(await runPage(runReport()))?.[0] ?? "";
    expect(svg).toContain("client p0");
    expect(svg).toContain("client p1");
    expect(svg.match(/class="bar impossible"/g)).toHaveLength(1);
    expect(svg).toContain("⚡ partition n1");
  });

  test("holds the whole plan", async () => {
    const plan = /<pre id="plan-json"[^>]*>([\s\S]*?)<\/pre>/.exec(await runPage(runReport()))?.[1] ?? "";
    expect(JSON.parse(plan.replaceAll("&quot;", '"'))).toEqual(runReport().result.plan);
  });

  test("shows unknown as unknown", async () => {
    const html = await runPage(runReport({ verdict: "unknown" }));
    expect(html).toContain('<span class="badge unknown">? unknown</span>');
    expect(html).not.toContain("badge valid");
  });

  test("carries a program that parses", () => {
    expect(() => new vm.Script(runScript)).not.toThrow();
  });

  test("never builds HTML from strings in the browser", () => {
    expect(runScript).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });

  test("is the same bytes for the same run", async () => {
    expect(await runPage(runReport())).toBe(await runPage(runReport()));
  });
});

const pages = [
  ["run", async (hostile?: string) => runPage(runReport(hostile === undefined ? {} : { hostile }))],
  ["campaign", async (hostile?: string) => campaignPage(campaignReport(hostile))],
] as const;

describe.each(pages)("every page (%s)", (_kind, render) => {
  test("names the hash of exactly the script and style that it carries", async () => {
    const html = await render();
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  });

  test("asks nobody for anything", async () => {
    const html = await render();
    expect(html).not.toMatch(/\b(src|srcset|action|formaction|background|poster|data)=|url\(|@import|http-equiv="refresh"/);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, target]) => /^(#|\.\.\/)/.test(target ?? ""))).toBe(true);
  });

  test("closes what it opens", async () => {
    expect(unclosed(await render("<b>&"))).toEqual([]);
  });

  test.each(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    "shows %s as text: no element, attribute or script more than without it",
    async (_name, hostile) => {
      const html = await render(hostile);
      expect(tags(html)).toEqual(tags(await render("calm")));
      expect(html.replaceAll(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(html.length).toBeLessThan(400_000);
    },
  );
});

test("a campaign links the worst run of a broken cell and a found bug, and nothing that leaves the store", () => {
  const html = campaignPage(campaignReport());
  expect([...html.matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual([
    "../../runs/20260728-133810-123-kv/report.html",
    "../../runs/20260728-133810-124-kv/report.html",
  ]);
  const [first, ...cells] = campaignReport().cells;
  if (first === undefined) throw new Error("the fixture has cells");
  for (const worstRunPage of ["javascript:alert(1)", "http://x/y", "//x/y", "/etc/passwd", "../..//x", 'a" onclick="x']) {
    expect(campaignPage({ ...campaignReport(), bugs: [], cells: [{ ...first, worstRunPage }, ...cells] })).not.toContain("href=");
  }
});

/** Text outside of scripts and styles. */
function readable(html: string): string {
  return html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'");
}

/** Every tag with the names of its attributes, values left out. */
function tags(html: string): string[] {
  return markupOnly(html).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
}

function markupOnly(html: string): string[] {
  return html.replaceAll(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, "<$1$2></$1>").match(/<[^>]*>/g) ?? [];
}

function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const tag of markupOnly(html)) {
    const name = /^<\/?([a-z0-9!]+)/i.exec(tag)?.[1]?.toLowerCase() ?? "";
    if (voidTags.has(name)) continue;
    if (!tag.startsWith("</")) open.push(name);
    else if (open.at(-1) === name) open.pop();
    else return [...open, tag];
  }
  return open;
}
