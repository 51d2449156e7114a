// Our own server elsewhere as links: the contract, several runs on one server, and servers that do not serve.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError, UsageError } from "../../../harness/errors.ts";
import { Elsewhere } from "./fixtures/elsewhere.ts";
import { TestNetwork } from "./fixtures/test-network.ts";
import { linksContract } from "./links.contract.ts";
import { createRemoteLinks } from "./remote-links.ts";
import { sweepRemote } from "./sweep-remote.ts";

describe("our server, used by one run after the other", () => {
  let elsewhere: Elsewhere;
  let runCount = 0;
  beforeAll(async () => {
    elsewhere = await Elsewhere.start({ isExtended: true });
  });
  afterEach(() => {
    expect(elsewhere.names).toEqual([]);
  });
  afterAll(async () => {
    await elsewhere.close();
  });
  linksContract("links over our server", async () => await elsewhere.links({ run: `run-${runCount++}` }));
});

describe.each([
  { kind: "our server", isExtended: true },
  { kind: "a Toxiproxy", isExtended: false },
])("$kind that several runs share", ({ isExtended }) => {
  let elsewhere: Elsewhere;
  beforeEach(async () => {
    elsewhere = await Elsewhere.start({ isExtended });
  });
  afterEach(async () => {
    await elsewhere.close();
  });

  test("keeps them apart: nodes, faults and closing", async () => {
    const one = await TestNetwork.start(await elsewhere.links({ run: "one" }));
    const other = await TestNetwork.start(await elsewhere.links({ run: "other" }));
    await one.begin("p", { kind: "partition", params: {} });
    expect(await other.caller("n1", "n2").call("not mine")).toBe("re:not mine");
    await one.links.detach("n2");
    expect(await other.caller("n1", "n2").call("not mine")).toBe("re:not mine");
    await one.close();
    expect(elsewhere.names.every((name) => name.startsWith("faultline.other."))).toBe(true);
    expect(await other.caller("n1", "n2").call("still here")).toBe("re:still here");
    await other.close();
    expect(elsewhere.names).toEqual([]);
  });

  test("is swept of dead runs, and of nothing else", async () => {
    const links = { dead: await elsewhere.links({ run: "dead" }), living: await elsewhere.links({ run: "living" }) };
    for (const each of Object.values(links)) await each.open({ from: "n1", to: "n2" }, "tcp");
    await elsewhere.engine.createProxy({ name: "somebody's", upstream: "127.0.0.1:1" });
    const swept = await sweepRemote({ url: elsewhere.url, isAlive: (run) => run === "living" });
    expect(swept).toEqual(["faultline.dead.n1.n2.tcp"]);
    expect(elsewhere.names).toEqual(["faultline.living.n1.n2.tcp", "somebody's"]);
    expect(await sweepRemote({ url: elsewhere.url, isAlive: (run) => run === "living" })).toEqual([]);
    await links.living.close();
  });

  test("gives links the ports that it may use, one each, and says when there are too few", async () => {
    const links = await elsewhere.links();
    const ports = [(await links.open({ from: "n1", to: "n2" }, "tcp")).port];
    await links.close();
    const again = await elsewhere.links({ ports, dialHost: "127.0.0.2" });
    expect(await again.open({ from: "n2", to: "n1" }, "tcp")).toEqual({ host: "127.0.0.2", port: ports[0] });
    await expect(again.open({ from: "n1", to: "n2" }, "tcp")).rejects.toThrow(UsageError);
    await again.close();
  });
});

describe("a server that does not serve", () => {
  let server: Server;
  let url: string;
  let answer: { readonly status: number; readonly text: string } | undefined;
  beforeEach(async () => {
    server = createServer((_request, response) => {
      if (answer !== undefined) response.writeHead(answer.status).end(answer.text);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const opened = async (limitMs = 5_000): Promise<unknown> =>
    await createRemoteLinks({ url, run: "r", seed: "s", listenHost: "127.0.0.1", limitMs }).catch((error: unknown) => error);

  test("is said to be so, in its own words", async () => {
    answer = { status: 500, text: '{"error":"no room","status":500}' };
    const error = await opened();
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(String(error)).toContain("no room");
  });

  test("and is no Toxiproxy either, is not taken for one", async () => {
    answer = { status: 404, text: "what?" };
    expect(String(await opened())).toContain("GET /version was answered with 404: what?");
  });

  test("in time is not waited for", async () => {
    answer = undefined;
    expect(String(await opened(30))).toContain("within 30 ms");
  });

  test("because it is not there, neither", async () => {
    server.close();
    await once(server, "close");
    expect(await opened()).toBeInstanceOf(EnvironmentError);
    await once(server.listen(0, "127.0.0.1"), "listening");
  });

  test("is not asked for a run whose name could not be told apart", async () => {
    answer = { status: 200, text: "{}" };
    await expect(createRemoteLinks({ url, run: "a.b", seed: "s", listenHost: "127.0.0.1" })).rejects.toThrow(UsageError);
  });
});
