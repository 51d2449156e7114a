// A spike: one process behind one proxy shows that the network contract (Refused, Reset, Timeout, late delivery after a
// heal) can be kept in real time, before any runtime is built on it. The simulation keeps the same words.
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";

const cleanups: (() => void | Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

test("a dead node refuses: the request was certainly not delivered", async () => {
  const { proxy, node } = await nodeBehindProxy();
  await node.kill();
  await proxy.close();
  expect(await call(proxy.port, "POST", "/", 1000)).toBe("Refused");
});

test("a node killed while it works resets the call: nobody can tell", async () => {
  const { proxy, node } = await nodeBehindProxy();
  const hanging = call(proxy.port, "POST", "/hang", 5000);
  await proxy.forwarded();
  await node.kill();
  expect(await hanging).toBe("Reset");
});

test("a partition stalls: connects succeed, the call times out, and after the heal the late request still runs, once", async () => {
  const { proxy } = await nodeBehindProxy();
  expect(await call(proxy.port, "POST", "/", 1000)).toBe("1");
  proxy.block();
  expect(await call(proxy.port, "POST", "/", 150)).toBe("Timeout");
  proxy.heal();
  await expect.poll(() => call(proxy.port, "GET", "/", 1000), { timeout: 5000 }).toBe("2");
});

test("a partition that is cut instead of delivered resets, and the handler never runs", async () => {
  const { proxy } = await nodeBehindProxy();
  proxy.block();
  const cut = call(proxy.port, "POST", "/", 5000);
  await proxy.accepted();
  proxy.cut();
  expect(await cut).toBe("Reset");
  proxy.heal();
  expect(await call(proxy.port, "GET", "/", 1000)).toBe("0");
});

async function nodeBehindProxy(): Promise<{ proxy: Awaited<ReturnType<typeof stallingProxy>>; node: { kill(): Promise<unknown> } }> {
  const file = fileURLToPath(new URL("./fixtures/counting-node.ts", import.meta.url));
  const child = execa(process.execPath, [file], { stdin: "pipe", reject: false });
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child;
  };
  cleanups.push(kill);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const proxy = await stallingProxy(Number(line.toString()));
  return { proxy, node: { kill } };
}

async function stallingProxy(upstreamPort: number) {
  const pairs = new Set<[Socket, Socket]>();
  const seen = { accepted: Promise.withResolvers<void>(), forwarded: Promise.withResolvers<void>() };
  let blocked = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: upstreamPort, host: "127.0.0.1", allowHalfOpen: true });
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    seen.accepted.resolve();
    if (blocked) client.pause();
    client.on("data", (bytes) => upstream.write(bytes, () => seen.forwarded.resolve())).on("end", () => upstream.end());
    upstream.on("data", (bytes) => client.write(bytes)).on("end", () => client.end());
    client.on("error", () => upstream.destroy()).on("close", () => pairs.delete(pair));
    upstream.on("error", () => client.resetAndDestroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => pairs.forEach(([client, upstream]) => (client.resetAndDestroy(), upstream.destroy()));
  const close = async (): Promise<void> => (cut(), server.listening ? void (await new Promise((done) => server.close(done))) : undefined);
  cleanups.push(close);
  const block = (): void => ((blocked = true), pairs.forEach(([client]) => client.pause()));
  const heal = (): void => ((blocked = false), pairs.forEach(([client]) => client.resume()));
  const { port } = server.address() as AddressInfo;
  return { port, block, heal, cut, close, accepted: () => seen.accepted.promise, forwarded: () => seen.forwarded.promise };
}

function call(port: number, method: string, path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ port, host: "127.0.0.1", method, path, agent: new Agent({ keepAlive: false }) }, (response) => {
      void response
        .setEncoding("utf8")
        .toArray()
        .then((chunks) => resolve(chunks.join("")));
    });
    const timer = setTimeout(() => (resolve("Timeout"), sent.destroy()), timeoutMs);
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "Refused" : "Reset"));
    sent.on("close", () => clearTimeout(timer));
    sent.end();
  });
}
