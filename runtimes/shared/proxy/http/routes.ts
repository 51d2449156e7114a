// Every route of the API: Toxiproxy's, and our own under `/faultline/`. For the server.
import type { Json } from "../../../../harness/json.ts";
import { linksOf } from "../conditions.ts";
import type { ProxyEngine } from "../engine.ts";
import { ProxyError } from "../proxy-error.ts";
import type { Proxy } from "../proxy.ts";
import { toxicJson } from "../toxic.ts";
import { json, jsonMap, noContent, plain, type Answer } from "./answer.ts";
import { metricsText, type MetricsOptions } from "./metrics.ts";
import { healRequest, partitionRequest, populateRequest, proxyChange, proxyRequest, toxicChange, toxicRequest } from "./requests.ts";

/** The version of the reference whose API this is. */
export const apiVersion = "2.12.0";

export interface Request {
  readonly engine: ProxyEngine;
  /** What stands in the path for `{proxy}` and `{toxic}`; empty where the route has none. */
  readonly proxy: string;
  readonly toxic: string;
  readonly metrics: MetricsOptions;
  /** @throws ProxyError 400, also for no body at all */
  body(this: void): Json;
}

export interface Route {
  /** Empty: any. */
  readonly methods: readonly string[];
  readonly path: string;
  /** An older way of doing it, which still works. */
  readonly isDeprecatedBy?: string;
  /** Throws ProxyError. */
  run(request: Request): Answer | Promise<Answer>;
}

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
  { methods: ["POST"], path: "/faultline/partition", run: partition },
  { methods: ["POST"], path: "/faultline/heal", run: heal },
  { methods: ["GET"], path: "/faultline/links", run: links },
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

/** The whole grudge in one turn of the event loop. */
function partition({ engine, body }: Request): Answer {
  const { grudge, id } = partitionRequest(body());
  engine.block(id, linksOf(grudge));
  return noContent();
}

async function heal({ engine, body }: Request): Promise<Answer> {
  const { id, onHeal } = healRequest(body());
  await (id === undefined ? engine.heal(onHeal) : engine.lift(id, onHeal));
  return noContent();
}

function links({ engine }: Request): Answer {
  const linked = engine.proxies().filter(({ link }) => link !== undefined);
  return json(
    200,
    linked.map(({ name, link, openCount, counters }) => ({
      name,
      from: link?.from ?? "",
      to: link?.to ?? "",
      openCount,
      upstream: { ...counters.upstream },
      downstream: { ...counters.downstream },
    })),
  );
}
