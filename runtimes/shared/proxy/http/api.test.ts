import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProxyEngine } from "../engine.ts";
import { exchange, type Reply } from "../fixtures/http-exchange.ts";
import { Peers } from "../fixtures/peers.ts";
import { ProxyServer } from "./proxy-server.ts";

let engine: ProxyEngine;
let server: ProxyServer;
let url: string;
const peers = new Peers();
beforeEach(async () => {
  engine = new ProxyEngine();
  server = new ProxyServer({ engine });
  url = await server.start();
});
afterEach(async () => {
  await server.close();
  await engine.close();
  await peers.close();
});

const json = "application/json";
const plain = "text/plain; charset=utf-8";
const send = (method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Reply> =>
  exchange(`${url}${path}`, method, body, headers);
const create = (name = "a", more = ""): Promise<Reply> => send("POST", "/proxies", `{"name":"${name}","upstream":"127.0.0.1:9","listen":"localhost:0"${more}}`);
const addToxic = (body: string, name = "a"): Promise<Reply> => send("POST", `/proxies/${name}/toxics`, body);
/** Ports differ from run to run. */
const portless = (text: string): string => text.replaceAll(/(127\.0\.0\.1|\[::\]|0\.0\.0\.0):\d\d\d+/g, "$1:PORT");
const shown = ({ status, type, body }: Reply): readonly unknown[] => [status, type, portless(body)];
const error = (status: number, text: string): readonly unknown[] => [status, plain, `${JSON.stringify({ error: text, status })}\n`];
const fields = (name: string, more = ""): string =>
  `{"name":"${name}","listen":"127.0.0.1:PORT","upstream":"127.0.0.1:9","enabled":true,"Logger":{},"toxics":[${more}]}`;
const latencyToxic = '{"attributes":{"latency":0,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}';

describe("proxies", () => {
  test("there are none at first, then they come in the order of their names", async () => {
    expect(shown(await send("GET", "/proxies"))).toEqual([200, json, "{}"]);
    expect(shown(await create("b"))).toEqual([201, json, fields("b")]);
    await create("a");
    expect(shown(await send("GET", "/proxies"))).toEqual([200, json, `{"a":${fields("a")},"b":${fields("b")}}`]);
    expect(shown(await send("GET", "/proxies/b"))).toEqual([200, json, fields("b")]);
  });

  test("names of digits are sorted as text, like all others", async () => {
    for (const name of ["9", "b", "10"]) await create(name);
    expect([...(await send("GET", "/proxies")).body.matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name)).toEqual(["10", "9", "b"]);
  });

  test("a disabled one keeps the text of its address; an absent one becomes any port of all interfaces", async () => {
    const disabled = '{"name":"a","listen":"localhost:0","upstream":"127.0.0.1:9","enabled":false,"Logger":{},"toxics":[]}';
    expect(shown(await create("a", ',"enabled":false'))).toEqual([201, json, disabled]);
    const reply = await send("POST", "/proxies", '{"name":"b","upstream":"127.0.0.1:9"}');
    expect(portless(reply.body)).toMatch(/"listen":"(\[::\]|0\.0\.0\.0):PORT"/);
    expect(shown(await send("PATCH", "/proxies/a", '{"enabled":true}'))).toEqual([200, json, fields("a")]);
  });

  test("names of fields come in any case, unknown fields and what follows the value are ignored, null is the default", async () => {
    const reply = await send("POST", "/proxies", '{"NAME":"a","Listen":"localhost:0","upStream":"127.0.0.1:9","enabled":null,"color":1} and more');
    expect(shown(reply)).toEqual([201, json, fields("a")]);
  });

  test.each(["PATCH", "POST"])("%s changes the given fields only and ignores the name", async (method) => {
    await create();
    const { listen } = engine.proxy("a");
    expect(shown(await send(method, "/proxies/a", '{"enabled":false,"name":"z"}'))).toEqual([200, json, fields("a").replace("true", "false")]);
    expect(engine.proxy("a").listen).toBe(listen);
    expect((await send(method, "/proxies/a", '{"upstream":"127.0.0.1:10","enabled":true}')).body).toContain('"upstream":"127.0.0.1:10","enabled":true');
    expect(shown(await send(method, "/proxies/a", ""))).toEqual(error(400, "bad request body: EOF"));
  });

  test("DELETE answers nothing at all", async () => {
    await create();
    const reply = await send("DELETE", "/proxies/a");
    expect(shown(reply)).toEqual([204, undefined, ""]);
    expect(reply.requestId).toMatch(/^[0-9a-v]{20}$/);
    expect(shown(await send("GET", "/proxies/a"))).toEqual(error(404, "proxy not found"));
  });

  test.each([
    ["", "bad request body: EOF"],
    ["  \n", "bad request body: EOF"],
    ['{"name":', "bad request body: unexpected EOF"],
    ["[]", "bad request body: json: cannot unmarshal array into Go value of type toxiproxy.Proxy"],
    ['"a"', "bad request body: json: cannot unmarshal string into Go value of type toxiproxy.Proxy"],
    ['{"name":1}', "bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string"],
    ['{"name":"a","enabled":"yes"}', "bad request body: json: cannot unmarshal string into Go struct field Proxy.enabled of type bool"],
    ["nonsense", "bad request body: invalid character 'o' in literal null (expecting 'u')"],
    ["{}", "missing required field: name"],
    ["null", "missing required field: name"],
    ['{"name":"a"}', "missing required field: upstream"],
  ])("%s is refused with 400", async (body, text) => {
    expect(shown(await send("POST", "/proxies", body))).toEqual(error(400, text));
  });

  test("a duplicate is 409, and comes before a bad listen address", async () => {
    await create();
    expect(shown(await send("POST", "/proxies", '{"name":"a","upstream":"x:1","listen":"nonsense"}'))).toEqual(error(409, "proxy already exists"));
  });

  test("two creations at once make one", async () => {
    const replies = await Promise.all([create(), create(), create()]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  test("a listen address that cannot be had is 500 in Go's words", async () => {
    const taken = await peers.server();
    const listen = (address: string): Promise<Reply> => send("POST", "/proxies", `{"name":"x","upstream":"127.0.0.1:9","listen":"${address}"}`);
    expect(shown(await listen(taken.address))).toEqual([
      500,
      plain,
      portless(`{"error":"listen tcp ${taken.address}: bind: address already in use","status":500}\n`),
    ]);
    expect(shown(await listen("1.2.3.4"))).toEqual(error(500, "listen tcp: address 1.2.3.4: missing port in address"));
    expect(shown(await listen("a:b:c"))).toEqual(error(500, "listen tcp: address a:b:c: too many colons in address"));
    expect((await listen("no.such.host.invalid:1")).body).toMatch(
      /^{"error":"listen tcp: lookup no\.such\.host\.invalid on \S+:53: no such host","status":500}\n$/,
    );
    await create();
    expect((await send("PATCH", "/proxies/a", '{"listen":"no.such.host.invalid:1"}')).body).toMatch(
      /^{"error":"lookup no\.such\.host\.invalid on \S+:53: no such host"/,
    );
    expect(shown(await send("GET", "/proxies/x"))).toEqual(error(404, "proxy not found"));
    expect(shown(await send("GET", "/proxies/a"))).toEqual([200, json, fields("a")]);
  });
});

describe("populate", () => {
  const body = (entries: string): string => `[${entries}]`;
  const entry = (name: string, more = ""): string => `{"name":"${name}","listen":"localhost:0","upstream":"127.0.0.1:9"${more}}`;

  test("creates all, in order", async () => {
    expect(shown(await send("POST", "/populate", body(`${entry("b")},${entry("a")}`)))).toEqual([201, json, `{"proxies":[${fields("b")},${fields("a")}]}`]);
    expect(shown(await send("POST", "/populate", "[]"))).toEqual([201, json, '{"proxies":null}']);
  });

  test("leaves alone what has the same addresses, also if enabled differs, and replaces the rest", async () => {
    await create();
    await addToxic('{"type":"latency"}');
    const { listen } = engine.proxy("a");
    const same = `{"name":"a","listen":"${listen}","upstream":"127.0.0.1:9","enabled":false}`;
    expect(shown(await send("POST", "/populate", body(same)))).toEqual([201, json, `{"proxies":[${fields("a", latencyToxic)}]}`]);
    await send("POST", "/populate", body(same.replace("127.0.0.1", "localhost")));
    expect(engine.proxy("a").toxics).toHaveLength(1);
    await send("POST", "/populate", body(entry("a")));
    expect(engine.proxy("a").listen).not.toBe(listen);
    expect(engine.proxy("a").toxics).toEqual([]);
  });

  test("checks all entries first, and counts them from 1", async () => {
    const reply = await send("POST", "/populate", body(`${entry("a")},{"name":"b"}`));
    expect(shown(reply)).toEqual([400, json, '{"error":"missing required field: upstream at proxy 2","status":400,"proxies":null}']);
    expect(engine.proxies()).toEqual([]);
    expect((await send("POST", "/populate", body(`{"upstream":"x"}`))).body).toContain("missing required field: name at proxy 1");
  });

  test("answers what was made before the first failure; a replaced proxy that cannot listen stays, stopped", async () => {
    await create("b");
    const reply = await send("POST", "/populate", body(`${entry("a")},{"name":"b","listen":"nonsense","upstream":"127.0.0.1:9"}`));
    expect(shown(reply)).toEqual([500, json, `{"error":"address nonsense: missing port in address","status":500,"proxies":[${fields("a")}]}`]);
    const taken = await peers.server();
    const failed = await send("POST", "/populate", body(`{"name":"b","listen":"${taken.address}","upstream":"127.0.0.1:9"}`));
    expect([failed.status, failed.type]).toEqual([500, json]);
    expect(engine.proxy("b").isEnabled).toBe(false);
  });

  test("takes an array only", async () => {
    const text = 'bad request body: json: cannot unmarshal object into Go value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }';
    expect(shown(await send("POST", "/populate", "{}"))).toEqual([400, json, JSON.stringify({ error: text, status: 400, proxies: null })]);
  });
});

describe("toxics", () => {
  beforeEach(() => create());

  test("are answered with all attributes and defaults, upstream first", async () => {
    expect(shown(await send("GET", "/proxies/a/toxics"))).toEqual([200, json, "[]"]);
    expect(shown(await addToxic('{"type":"latency"}'))).toEqual([200, json, latencyToxic]);
    const upstream = '{"attributes":{"rate":7},"name":"slow","type":"bandwidth","stream":"upstream","toxicity":0.5}';
    expect(shown(await addToxic('{"type":"bandwidth","name":"slow","stream":"upstream","toxicity":0.5,"attributes":{"RATE":7,"color":1}}'))).toEqual([
      200,
      json,
      upstream,
    ]);
    expect(shown(await send("GET", "/proxies/a/toxics"))).toEqual([200, json, `[${upstream},${latencyToxic}]`]);
    expect(shown(await send("GET", "/proxies/a"))).toEqual([200, json, fields("a", `${upstream},${latencyToxic}`)]);
    expect(shown(await send("GET", "/proxies/a/toxics/slow"))).toEqual([200, json, upstream]);
  });

  test("echo the stream as it was given", async () => {
    expect((await addToxic('{"type":"latency","stream":"UPstream"}')).body).toContain('"name":"latency_UPstream","type":"latency","stream":"UPstream"');
  });

  test.each([
    ["latency", '{"latency":0,"jitter":0}', "{}"],
    ["bandwidth", '{"rate":0}', "{}"],
    ["slow_close", '{"delay":0}', "{}"],
    ["timeout", '{"timeout":0}', "{}"],
    ["slicer", '{"average_size":1,"size_variation":0,"delay":0}', '{"average_size":1}'],
    ["limit_data", '{"bytes":0}', "{}"],
    ["reset_peer", '{"timeout":0}', "{}"],
    ["noop", "{}", "{}"],
  ])("%s has the attributes %s", async (type, attributes, given) => {
    const reply = await addToxic(`{"type":"${type}","attributes":${given}}`);
    expect(shown(reply)).toEqual([200, json, `{"attributes":${attributes},"name":"${type}_downstream","type":"${type}","stream":"downstream","toxicity":1}`]);
  });

  test.each([
    ["", 400, "bad request body: EOF"],
    ["[]", 400, "bad request body: json: cannot unmarshal array into Go value of type toxics.ToxicWrapper"],
    ['{"type":"latency","stream":"sideways"}', 400, "stream was invalid, can be either upstream or downstream"],
    ['{"stream":"sideways"}', 400, "stream was invalid, can be either upstream or downstream"],
    ["{}", 400, "invalid toxic type"],
    ['{"type":"down"}', 400, "invalid toxic type"],
    ['{"type":"loss"}', 400, "invalid toxic type"],
    ['{"type":"noop","name":"there","attributes":{"latency":"x"}}', 409, "toxic already exists"],
    ['{"type":"noop","name":"there","stream":"upstream"}', 409, "toxic already exists"],
    [
      '{"type":"latency","attributes":{"latency":"x"}}',
      400,
      "bad request body: json: cannot unmarshal string into Go struct field LatencyToxic.attributes.latency of type int64",
    ],
    [
      '{"type":"latency","attributes":{"latency":1.5}}',
      400,
      "bad request body: json: cannot unmarshal number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64",
    ],
    ['{"type":"slicer"}', 400, "average_size must be positive"],
    ['{"type":"latency","toxicity":2}', 400, "toxicity must be between 0 and 1"],
    ['{"type":"latency","attributes":{"latency":-1}}', 400, "latency must not be negative"],
    ['{"type":"timeout","attributes":{"mode":"never"}}', 400, "bad request body: mode must be one of idle, total"],
  ])("%s is refused with %i", async (body, status, text) => {
    await addToxic('{"type":"noop","name":"there"}');
    expect(shown(await addToxic(body))).toEqual(error(status, text));
    expect(engine.proxy("a").toxics).toHaveLength(1);
  });

  test.each(["PATCH", "POST"])("%s merges attributes and takes the toxicity, and nothing else", async (method) => {
    await addToxic('{"type":"latency","attributes":{"latency":5,"jitter":6}}');
    const updated = latencyToxic.replace('"latency":0,"jitter":0', '"latency":5,"jitter":7').replace('"toxicity":1', '"toxicity":0.25');
    const body = '{"attributes":{"jitter":7},"toxicity":0.25,"name":"z","stream":"upstream","type":"noop"}';
    expect(shown(await send(method, "/proxies/a/toxics/latency_downstream", body))).toEqual([200, json, updated]);
  });

  test("a bad field changes nothing at all", async () => {
    await addToxic('{"type":"latency","attributes":{"latency":5}}');
    const reply = await send("PATCH", "/proxies/a/toxics/latency_downstream", '{"toxicity":0.5,"attributes":{"latency":9,"jitter":"x"}}');
    expect(reply.status).toBe(400);
    expect(engine.proxy("a").toxic("latency_downstream")).toMatchObject({ toxicity: 1, attributes: { latency: 5 } });
  });

  test("DELETE answers nothing; what is not there is 404, the proxy first", async () => {
    await addToxic('{"type":"latency"}');
    expect(shown(await send("DELETE", "/proxies/a/toxics/latency_downstream"))).toEqual([204, undefined, ""]);
    expect(shown(await send("DELETE", "/proxies/a/toxics/latency_downstream"))).toEqual(error(404, "toxic not found"));
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const body = method === "PATCH" ? "{}" : undefined;
      expect(shown(await send(method, "/proxies/z/toxics/x", body))).toEqual(error(404, "proxy not found"));
      expect(shown(await send(method, "/proxies/a/toxics/x", body))).toEqual(error(404, "toxic not found"));
    }
    expect(shown(await addToxic("", "z"))).toEqual(error(404, "proxy not found"));
  });
});

describe("reset", () => {
  test("starts what is stopped and removes all toxics", async () => {
    await create();
    await addToxic('{"type":"latency"}');
    await send("PATCH", "/proxies/a", '{"enabled":false}');
    expect(shown(await send("POST", "/reset"))).toEqual([204, undefined, ""]);
    expect(shown(await send("GET", "/proxies/a"))).toEqual([200, json, fields("a")]);
  });

  test("ends with the error of the first that cannot start", async () => {
    const taken = await peers.server();
    await send("POST", "/proxies", `{"name":"a","upstream":"127.0.0.1:9","listen":"${taken.address}","enabled":false}`);
    expect((await send("POST", "/reset")).body).toContain("bind: address already in use");
  });
});

describe("routing", () => {
  test("the version has a blank and a newline", async () => {
    expect(shown(await send("GET", "/version"))).toEqual([200, "application/json;charset=utf-8", '{"version": "2.12.0"}\n']);
  });

  test.each(["/", "/nothing", "/proxies/", "/proxies/a/", "/proxies/a%2Fb", "/proxies/a/toxics/", "/proxies//toxics", "/proxies/%zz"])(
    "%s is not found",
    async (path) => {
      const reply = await send("GET", path);
      expect(reply).toEqual({ status: 404, type: plain, nosniff: "nosniff", requestId: undefined, body: "404 page not found\n" });
    },
  );

  test.each([
    ["HEAD", "/proxies"],
    ["OPTIONS", "/proxies"],
    ["PUT", "/proxies/a"],
    ["GET", "/reset"],
    ["POST", "/version"],
  ])("%s %s is not allowed", async (method, path) => {
    expect(await send(method, path)).toEqual({ status: 405, type: undefined, nosniff: undefined, requestId: undefined, body: "" });
  });

  test("every matched route has an id of 20 letters of its own, errors have nosniff", async () => {
    const [first, second] = [await send("GET", "/proxies"), await send("GET", "/proxies/z")];
    expect(first.requestId).toMatch(/^[0-9a-v]{20}$/);
    expect(second.requestId).not.toBe(first.requestId);
    expect([first.nosniff, second.nosniff]).toEqual([undefined, "nosniff"]);
  });

  test("browsers are refused, on matched routes only", async () => {
    const headers = { "User-Agent": "Mozilla/5.0" };
    expect(shown(await send("GET", "/proxies", undefined, headers))).toEqual([403, plain, "User agent not allowed\n"]);
    expect((await send("GET", "/nothing", undefined, headers)).status).toBe(404);
  });

  test("names are decoded, and written back safe for HTML", async () => {
    await create("a b<");
    expect((await send("GET", "/proxies/a%20b%3C")).body).toContain('"name":"a b\\u003c"');
  });
});

describe("metrics", () => {
  test("are not there unless asked for", async () => {
    expect(shown(await send("GET", "/metrics"))).toEqual([404, plain, "404 page not found\n"]);
  });

  test("show what has passed while the connection is open", async () => {
    const measured = new ProxyServer({ engine, metrics: { proxies: true, runtime: true } });
    const metricsUrl = await measured.start();
    const upstream = await peers.echo();
    const { listen } = await engine.createProxy({ name: 'q"', upstream });
    const client = peers.client(listen);
    client.socket.write("12345");
    await client.bytes(5);
    const { body, type } = await exchange(`${metricsUrl}/metrics`, "GET");
    expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
    for (const counter of ["received", "sent"]) {
      for (const direction of ["upstream", "downstream"]) {
        expect(body).toContain(`toxiproxy_proxy_${counter}_bytes_total{direction="${direction}",listener="${listen}",proxy="q\\"",upstream="${upstream}"} 5\n`);
      }
    }
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
    await measured.close();
  });
});

describe("our own routes", () => {
  test("a grudge stalls, a heal delivers", async () => {
    const upstream = await peers.echo();
    await send("POST", "/proxies", `{"name":"n1-n2","listen":"127.0.0.1:0","upstream":"${upstream}","link":{"from":"n1","to":"n2"}}`);
    expect(shown(await send("POST", "/faultline/partition", '{"grudge":{"n2":["n1"]}}'))).toEqual([204, undefined, ""]);
    const proxy = engine.proxy("n1-n2");
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    while (proxy.counters.upstream.receivedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.parse((await send("GET", "/faultline/links")).body)).toEqual([
      { name: "n1-n2", from: "n1", to: "n2", openCount: 1, upstream: { receivedBytes: 1, sentBytes: 0 }, downstream: { receivedBytes: 0, sentBytes: 0 } },
    ]);
    expect((await send("POST", "/faultline/heal", "{}")).status).toBe(204);
    expect(await client.bytes(1)).toBe("x");
  });

  test("say what is wrong with a body", async () => {
    expect((await send("POST", "/faultline/partition", '{"grudge":{"n2":"n1"}}')).status).toBe(400);
    expect((await send("POST", "/faultline/heal", '{"onHeal":"maybe"}')).status).toBe(400);
    expect((await send("POST", "/proxies", '{"name":"a","upstream":"x:1","protocol":"sctp"}')).status).toBe(400);
    expect((await send("POST", "/proxies", '{"name":"a","upstream":"x:1","link":{"from":"n1"}}')).status).toBe(400);
  });
});
