// The routes of Toxiproxy. For the server.
import type { ProxyEngine } from "../engine.ts";
import { ProxyError } from "../proxy-error.ts";
import type { Proxy } from "../proxy.ts";
import { toxicJson } from "../toxic.ts";
import { json, jsonMap, noContent, plain, type Answer } from "./answer.ts";
import { metricsText } from "./metrics.ts";
import { populateRequest, proxyChange, proxyRequest, toxicChange, toxicRequest } from "./requests.ts";
import type { Request, Route } from "./route.ts";

/** The version of the reference whose API this is. */
export const apiVersion = "2.12.0";

/** Of routes with the same path the method decides. */
export const routes: readonly Route[] = [
  {
    methods: ["GET"],
    path: "/proxies",
    run: ({ engine }) =>
      jsonMap(
        200,
        engine.proxies().map((proxy) => [proxy.name, proxy.json()]),
      ),
  },
  { methods: ["POST"], path: "/proxies", run: async ({ engine, body }) => json(201, (await engine.createProxy(proxyRequest(body()))).json()) },
  { methods: ["POST"], path: "/populate", run: populate },
  { methods: ["GET"], path: "/proxies/{proxy}", run: ({ engine, proxy }) => json(200, engine.proxy(proxy).json()) },
  { methods: ["PATCH"], path: "/proxies/{proxy}", run: updateProxy },
  { methods: ["POST"], path: "/proxies/{proxy}", run: updateProxy, isDeprecatedBy: "PATCH" },
  { methods: ["DELETE"], path: "/proxies/{proxy}", run: deleteProxy },
  { methods: ["GET"], path: "/proxies/{proxy}/toxics", run: ({ engine, proxy }) => json(200, engine.proxy(proxy).toxics.map(toxicJson)) },
  {
    methods: ["POST"],
    path: "/proxies/{proxy}/toxics",
    run: ({ engine, proxy, body }) => withProxy(engine.proxy(proxy), (found) => found.addToxic(toxicRequest(body()))),
  },
  {
    methods: ["GET"],
    path: "/proxies/{proxy}/toxics/{toxic}",
    run: ({ engine, proxy, toxic }) => withProxy(engine.proxy(proxy), (found) => found.toxic(toxic)),
  },
  { methods: ["PATCH"], path: "/proxies/{proxy}/toxics/{toxic}", run: updateToxic },
  { methods: ["POST"], path: "/proxies/{proxy}/toxics/{toxic}", run: updateToxic, isDeprecatedBy: "PATCH" },
  { methods: ["DELETE"], path: "/proxies/{proxy}/toxics/{toxic}", run: deleteToxic },
  { methods: ["POST"], path: "/reset", run: reset },
  {
    methods: ["GET"],
    path: "/version",
    run: () => ({ status: 200, type: "application/json;charset=utf-8", body: `{"version": "${apiVersion}"}\n` }),
  },
  { methods: [], path: "/metrics", run: metrics },
];

function withProxy(proxy: Proxy, toxic: (proxy: Proxy) => Parameters<typeof toxicJson>[0]): Answer {
  return json(200, toxicJson(toxic(proxy)));
}

async function populate({ engine, body }: Request): Promise<Answer> {
  const { proxies, error } = await populated(engine, body);
  const made = proxies.length === 0 ? null : proxies.map((proxy) => proxy.json());
  if (error === undefined) return json(201, { proxies: made });
  return json(error.status, { error: error.message, status: error.status, proxies: made });
}

async function populated(engine: ProxyEngine, body: Request["body"]): ReturnType<ProxyEngine["populate"]> {
  try {
    return await engine.populate(populateRequest(body()));
  } catch (error) {
    if (error instanceof ProxyError) return { proxies: [], error };
    throw error;
  }
}

async function updateProxy({ engine, proxy, body }: Request): Promise<Answer> {
  engine.proxy(proxy);
  return json(200, (await engine.updateProxy(proxy, proxyChange(body()))).json());
}

async function deleteProxy({ engine, proxy }: Request): Promise<Answer> {
  await engine.deleteProxy(proxy);
  return noContent();
}

function updateToxic({ engine, proxy, toxic, body }: Request): Answer {
  const found = engine.proxy(proxy);
  found.toxic(toxic);
  return json(200, toxicJson(found.updateToxic(toxic, toxicChange(body()))));
}

function deleteToxic({ engine, proxy, toxic }: Request): Answer {
  engine.proxy(proxy).removeToxic(toxic);
  return noContent();
}

async function reset({ engine }: Request): Promise<Answer> {
  await engine.reset();
  return noContent();
}

function metrics({ engine, metrics: options }: Request): Answer {
  if (!options.proxies && !options.runtime) return plain(404, "404 page not found");
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: metricsText(engine.proxies(), options) };
}
