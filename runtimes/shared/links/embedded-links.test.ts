// The embedded proxy as links: the contract, and what only it can be asked.
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createEmbeddedLinks } from "./embedded-links.ts";
import { TestNetwork } from "./fixtures/test-network.ts";
import { Caller, TestNode } from "./fixtures/test-node.ts";
import { linksContract } from "./links.contract.ts";
import type { Links } from "./links.ts";

linksContract("links over the embedded proxy", async () => createEmbeddedLinks({ seed: "contract" }));

describe("an address", () => {
  const strangers: Server[] = [];
  let links: Links | undefined;
  afterEach(async () => {
    await Promise.all(strangers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    await links?.close();
  });

  async function strangerPort(): Promise<number> {
    const server = createServer();
    strangers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  }

  test.skipIf(process.platform !== "linux")(
    "is nobody else's while its link refuses: half a thousand ports are given away meanwhile (Linux only)",
    async () => {
      links = createEmbeddedLinks({ seed: "ports" });
      const ports: number[] = [];
      for (let index = 0; index < 200; index++) ports.push((await links.open({ from: `n${index}`, to: "n" }, "tcp")).port);
      for (let index = 0; index < 500; index++) ports.push(await strangerPort());
      expect(new Set(ports).size).toBe(ports.length);
      const node = await TestNode.start();
      await links.attach("n", node.addresses);
      const caller = new Caller({ host: "127.0.0.1", port: ports[7] ?? 0 });
      expect(await caller.call("hello")).toBe("re:hello");
      caller.socket.destroy();
      await node.die();
    },
  );

  test("is bound again after each of many deaths", async () => {
    const network = await TestNetwork.start((links = createEmbeddedLinks({ seed: "deaths" })));
    for (let death = 0; death < 25; death++) {
      await network.links.detach("n2");
      expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
      await network.links.attach("n2", network.nodes.n2.addresses);
      expect(await network.caller("n1", "n2").call("alive")).toBe("re:alive");
    }
    await network.close();
  });
});

describe("the seed", () => {
  async function fates(seed: string): Promise<readonly string[]> {
    const network = await TestNetwork.start(createEmbeddedLinks({ seed }));
    await network.begin("r", { kind: "reset", params: { probability: 0.5 } });
    const outcomes: string[] = [];
    for (let count = 0; count < 24; count++) outcomes.push(await network.caller("n1", "n2").call("x"));
    await network.close();
    return [...outcomes, ...network.nodes.n2.requests];
  }

  test("decides which exchange is reset, and whether before or after it was handled", async () => {
    const first = await fates("a");
    expect(await fates("a")).toEqual(first);
    expect(await fates("b")).not.toEqual(first);
  });
});

test("a node that dies while it is being attached stays refused", async () => {
  const network = await TestNetwork.start(createEmbeddedLinks({ seed: "race" }));
  await network.links.detach("n2");
  const attached = network.links.attach("n2", network.nodes.n2.addresses);
  await network.links.detach("n2");
  await attached;
  expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
  await network.close();
});
