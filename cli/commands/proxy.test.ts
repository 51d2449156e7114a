import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "../fixtures/recorded-terminal.ts";

/** Runs the command, calls `use` with the URL as soon as it is printed, and interrupts it afterwards. */
async function served(desk: Desk, words: readonly string[], use: (url: string) => Promise<void>): Promise<{ code: number; out: string; err: string }> {
  const interruption = new AbortController();
  let used: Promise<void> | undefined;
  const onComplain = (text: string): void => {
    if (!text.startsWith("http")) return;
    used = use(text.trim()).finally(() => interruption.abort());
  };
  const recorded = await desk.run(["proxy", "--port", "0", "--json", ...words], { interruption: interruption.signal, onComplain });
  await used;
  return recorded;
}

describe("proxy", () => {
  test("serves the API until it is interrupted, then ends well and leaves nothing", async () => {
    using desk = new Desk();
    let address = "";
    const { code, out } = await served(desk, ["--metrics"], async (url) => {
      address = url;
      const created = await fetch(`${url}/proxies`, { method: "POST", body: '{"name":"a","upstream":"127.0.0.1:9","listen":"127.0.0.1:0"}' });
      expect(created.status).toBe(201);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('proxy="a"');
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schema: "faultline/proxy/1", verdict: null, url: address, proxyCount: 1 });
    await expect(fetch(`${address}/version`)).rejects.toThrow();
  });

  test("begins with the proxies of a file", async () => {
    using desk = new Desk();
    writeFileSync(join(desk.directory, "proxies.json"), '[{"name":"b","listen":"127.0.0.1:0","upstream":"127.0.0.1:9"}]');
    await served(desk, ["proxies.json"], async (url) => {
      expect(Object.keys((await (await fetch(`${url}/proxies`)).json()) as object)).toEqual(["b"]);
    });
  });

  test("says what is wrong with such a file, or with its place", async () => {
    using desk = new Desk();
    writeFileSync(join(desk.directory, "proxies.json"), '[{"name":"b"}]');
    const wrong = await desk.run(["proxy", "--port", "0", "proxies.json"]);
    expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining("missing required field: upstream at proxy 1")]);
    expect((await desk.run(["proxy", "--port", "0", "nowhere.json"])).code).toBe(64);
  });

  test("ends with the code of the environment where the port is taken", async () => {
    using desk = new Desk();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, err } = await desk.run(["proxy", "--port", String(port)]);
    taken.close();
    expect([code, err]).toEqual([4, expect.stringContaining("address already in use")]);
  });
});
