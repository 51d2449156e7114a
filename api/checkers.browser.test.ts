// The library of checkers in a real browser: its modules, types taken out, over HTTP from this machine, nothing bundled.
// Without a Chromium on the machine this is skipped; what it may import at all is tested in `checkers.test.ts`.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository } from "../.ci/source-files.ts";
import { verdicts } from "./browser-check.fixture.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

describe.skipIf(executablePath === undefined)("in a browser", () => {
  let browser: Browser | undefined;
  let server: Server | undefined;
  let origin = "";

  beforeAll(async () => {
    if (executablePath === undefined) return;
    server = moduleServer();
    origin = await listening(server);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  test("every verdict is the one that Node gives, evidence and all", async () => {
    if (browser === undefined) throw new Error("no browser");
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on("console", (message) => void troubles.push(message.text()));
    page.on("pageerror", (error) => void troubles.push(error.message));
    page.on("request", (request) => void (request.url().startsWith(origin) || troubles.push(request.url())));
    await page.goto(`${origin}/`);
    const inBrowser: unknown = await page.evaluate('import("/api/browser-check.fixture.ts").then((module) => module.verdicts())');
    const here = verdicts();
    expect(inBrowser).toEqual(here);
    expect(troubles).toEqual([]);
    const words = new Set(here.slice(0, -1).map((verdict) => /^\{"verdict":"(\w+)"/.exec(verdict)?.[1]));
    expect(words).toEqual(new Set(["invalid", "valid"]));
  });

  test("every export arrives", async () => {
    if (browser === undefined) throw new Error("no browser");
    const page = await browser.newPage();
    await page.goto(`${origin}/`);
    const names: unknown = await page.evaluate('import("/api/checkers.ts").then((module) => Object.keys(module))');
    expect(names).toEqual(Object.keys(await import("./checkers.ts")).toSorted());
  });
});

/** An empty page, and the TypeScript files of the repository as the JavaScript that they are without types. */
function moduleServer(): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") return void response.writeHead(200, { "content-type": "text/html" }).end('<!doctype html><link rel="icon" href="data:,">');
    if (!/^(\/[a-z-]+)+(\.[a-z]+)*\.ts$/.test(path)) return void response.writeHead(404).end();
    const source = readFileSync(join(repository, path), "utf8");
    response.writeHead(200, { "content-type": "text/javascript" }).end(stripTypeScriptTypes(source));
  });
}

async function listening(server: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}
