// Pages of other origins: turned away unless the server was told to let them in.
import { afterEach, expect, test } from "vitest";
import { ProxyEngine } from "../engine.ts";
import { ProxyServer, type ProxyServerOptions } from "./proxy-server.ts";

const engine = new ProxyEngine();
let server: ProxyServer | undefined;
afterEach(async () => {
  await server?.close();
});

const page = { Origin: "http://localhost:3000", "User-Agent": "Mozilla/5.0" };

async function started(options: Omit<ProxyServerOptions, "engine"> = {}): Promise<string> {
  server = new ProxyServer({ engine, ...options });
  return await server.start();
}

const allowed = (response: Response): string | null => response.headers.get("Access-Control-Allow-Origin");

test("by default no page may, as in the reference", async () => {
  const url = await started();
  const response = await fetch(`${url}/proxies`, { headers: page });
  expect([response.status, allowed(response)]).toEqual([403, null]);
  const preflight = await fetch(`${url}/proxies`, { method: "OPTIONS", headers: { ...page, "Access-Control-Request-Method": "POST" } });
  expect([preflight.status, allowed(preflight)]).toEqual([405, null]);
});

test("the page that is named may, after asking", async () => {
  const url = await started({ allowOrigin: page.Origin });
  const preflight = await fetch(`${url}/proxies/x`, { method: "OPTIONS", headers: { ...page, "Access-Control-Request-Method": "PATCH" } });
  expect([preflight.status, allowed(preflight)]).toEqual([204, page.Origin]);
  expect(preflight.headers.get("Access-Control-Allow-Methods")).toContain("PATCH");
  const response = await fetch(`${url}/proxies`, { headers: page });
  expect([response.status, allowed(response)]).toEqual([200, page.Origin]);
});

test("another page may not", async () => {
  const url = await started({ allowOrigin: page.Origin });
  const response = await fetch(`${url}/proxies`, { headers: { ...page, Origin: "http://localhost:4000" } });
  expect([response.status, allowed(response)]).toEqual([403, null]);
});

test("all pages may where that is said, but a browser without an origin may not", async () => {
  const url = await started({ allowOrigin: "*" });
  expect(allowed(await fetch(`${url}/proxies`, { headers: page }))).toBe("*");
  expect((await fetch(`${url}/proxies`, { headers: { "User-Agent": "Mozilla/5.0" } })).status).toBe(403);
});
