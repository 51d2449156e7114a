// The pages in a real browser, opened as files. Without a Chromium on the machine these tests are skipped; static ones are in `pages.test.ts`.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { campaignReport, hostileStrings, runReport } from "../fixtures/reports.fixture.ts";
import { campaignPage } from "./campaign.ts";
import { runPage } from "./run.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const directory = mkdtempSync(join(tmpdir(), "faultline-pages-"));
let browser: Browser | undefined;

beforeAll(async () => {
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** Console errors (violations of the policy among them), exceptions, dialogs, requests to anywhere. */
  readonly troubles: string[];
}

async function open(name: string, html: string, options: BrowserContextOptions = {}): Promise<Opened> {
  if (browser === undefined) throw new Error("no browser");
  const path = join(directory, `${name}.html`);
  writeFileSync(path, html);
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => void (["error", "warning"].includes(message.type()) && troubles.push(message.text())));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("dialog", (dialog) => (troubles.push("dialog"), void dialog.dismiss()));
  page.on("request", (request) => void (request.url().startsWith(pathToFileURL(path).href) || troubles.push(request.url())));
  await page.goto(pathToFileURL(path).href);
  return { page, troubles };
}

const ready = (page: Page): Promise<unknown> => page.waitForSelector("html[data-ready]", { state: "attached", timeout: 20_000 });

describe.skipIf(executablePath === undefined)("in a browser", () => {
  test.each([
    [390, "dark"],
    [1280, "light"],
  ] as const)("pages fit into %s pixels (%s) and ask nobody for anything", async (width, colorScheme) => {
    for (const [name, html] of [
      ["run", await runPage(runReport({ operationCount: 300 }))],
      ["campaign", campaignPage(campaignReport())],
    ] as const) {
      const { page, troubles } = await open(name, html, { viewport: { width, height: 800 }, colorScheme });
      if (name === "run") await ready(page);
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(0);
      expect(troubles).toEqual([]);
      await page.context().close();
    }
  });

  test("hostile strings stay text", async () => {
    const hostile = hostileStrings.join("").slice(0, 2000);
    for (const [name, html] of [
      ["run", await runPage(runReport({ hostile }))],
      ["campaign", campaignPage(campaignReport(hostile))],
    ] as const) {
      const { page, troubles } = await open(name, html);
      if (name === "run") await ready(page);
      expect(troubles).toEqual([]);
      expect(await page.locator("img, iframe, [onmouseover], [onfocus], [onclick]").count()).toBe(0);
      await page.context().close();
    }
  });

  test("verdict, promise, witness and repeat line are there without JavaScript", async () => {
    const { page } = await open("plain", await runPage(runReport()), { javaScriptEnabled: false });
    for (const text of ["broke its promise KV-C1", "Every key behaves like one register", "npm run faultline -- replay"])
      expect(await page.getByText(text).first().isVisible()).toBe(true);
    expect(await page.locator("svg .impossible").first().isVisible()).toBe(true);
    expect(await page.locator("#timeline-canvas").isVisible()).toBe(false);
  });

  test("filters live in the address and survive a reload", async () => {
    const { page, troubles } = await open("filter", await runPage(runReport({ operationCount: 300 })));
    await ready(page);
    await page.fill("[data-search]", "cas");
    expect(await page.textContent("[data-count]")).toBe("rows 1 to 1 of 1 that fit, of 300");
    expect(await page.evaluate("location.hash")).toBe("#q=cas");
    await page.reload();
    await ready(page);
    expect(await page.textContent("[data-count]")).toBe("rows 1 to 1 of 1 that fit, of 300");
    await page.fill("[data-search]", "");
    await page.selectOption("[data-type]", "info");
    expect(await page.locator("#operations tbody tr").count()).toBe(2);
    expect(troubles).toEqual([]);
  });

  test("keys go to the impossible operation and from there on, pages of rows turn", async () => {
    const { page, troubles } = await open("keys", await runPage(runReport({ operationCount: 300 })));
    await ready(page);
    const selected = (): Promise<string | null> => page.textContent("#operations tr[aria-selected] td");
    await page.keyboard.press("e");
    expect(await selected()).toBe("✗ #3");
    await page.keyboard.press("j");
    expect(await selected()).toBe("#4");
    await page.keyboard.press("k");
    await page.keyboard.press("k");
    expect(await selected()).toBe("#2");
    await page.click("[data-next]");
    expect(await page.textContent("[data-count]")).toBe("rows 101 to 200 of 300");
    for (const key of ["]", "[", "]"]) await page.keyboard.press(key);
    await page.click("[data-zoom-all]");
    expect(troubles).toEqual([]);
  });

  test("a click on the timeline selects the operation under it", async () => {
    const { page } = await open("pick", await runPage(runReport()), { viewport: { width: 1280, height: 800 } });
    await ready(page);
    // Client 1 is the second of three lanes; its first write lasts from 1.0 to 1.212 s of the record's 4.506 s.
    const box = await page.locator("#timeline-canvas").boundingBox();
    if (box === null) throw new Error("the canvas is not shown");
    const x = 74 + (1.1 / 4.506) * (box.width - 80);
    await page.locator("#timeline-canvas").click({ position: { x, y: 34 + 3 * 20 + 8 + 22 * 1.5 } });
    expect(await page.textContent("#operations tr[aria-selected] td")).toBe("#1");
  });

  test("the timeline paints the band of a fault and the open end of an operation that nobody answered", async () => {
    const { page } = await open("pixels", await runPage(runReport()), { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: "light" });
    await ready(page);
    const painted = (seconds: number, y: number): Promise<unknown> =>
      page.evaluate(
        `(() => { const c = document.getElementById("timeline-canvas"); const x = Math.round(74 + (${seconds} / 4.506) * (c.clientWidth - 80)); return [...c.getContext("2d").getImageData(x, ${y}, 1, 1).data].join(); })()`,
      );
    const laneTop = 34 + 3 * 20 + 8;
    expect(await painted(0.5, laneTop + 4)).toBe("0,0,0,0");
    expect(await painted(1.05, laneTop + 4)).not.toBe("0,0,0,0");
    expect(await painted(4.505, laneTop + 11)).not.toBe("0,0,0,0");
  });

  test("a hundred thousand operations are drawn at once", async () => {
    const { page, troubles } = await open("large", await runPage(runReport({ operationCount: 100_000 })));
    await ready(page);
    expect(await page.textContent("[data-count]")).toBe("rows 1 to 100 of 100000");
    expect(troubles).toEqual([]);
  });
});
