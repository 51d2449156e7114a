// Our own routes, under `/faultline/`: links between hosts, and the faults on them. For the server.
import type { JsonObject } from "../../../../harness/json.ts";
import { linksOf } from "../conditions.ts";
import type { Proxy } from "../proxy.ts";
import { json, noContent, type Answer } from "./answer.ts";
import { attachRequest, faultRequest, linkRequest, namedRequest } from "./fault-requests.ts";
import { healRequest, partitionRequest } from "./requests.ts";
import type { Request, Route } from "./route.ts";

export const faultRoutes: readonly Route[] = [
  { methods: ["GET"], path: "/faultline/links", run: ({ engine }) => json(200, engine.proxies().flatMap(linkJson)) },
  { methods: ["POST"], path: "/faultline/links", run: openLink },
  { methods: ["POST"], path: "/faultline/attach", run: attach },
  { methods: ["POST"], path: "/faultline/detach", run: detach },
  { methods: ["POST"], path: "/faultline/begin", run: begin },
  { methods: ["POST"], path: "/faultline/end", run: end },
  { methods: ["POST"], path: "/faultline/forget", run: forget },
  { methods: ["POST"], path: "/faultline/partition", run: partition },
  { methods: ["POST"], path: "/faultline/heal", run: heal },
];

async function openLink({ engine, body }: Request): Promise<Answer> {
  const { link, ...settings } = linkRequest(body());
  return json(201, (await engine.openLink(link, settings)).json());
}

async function attach({ engine, body }: Request): Promise<Answer> {
  const { node, servers } = attachRequest(body());
  await engine.attach(node, servers);
  return noContent();
}

function detach({ engine, body }: Request): Answer {
  engine.detach(namedRequest(body(), "node"));
  return noContent();
}

/** On all links in one turn of the event loop. */
function begin({ engine, body }: Request): Answer {
  engine.begin(faultRequest(body()));
  return noContent();
}

async function end({ engine, body }: Request): Promise<Answer> {
  const { affectedCount, detail } = await engine.end(namedRequest(body(), "id"));
  return json(200, { affectedCount, detail });
}

async function forget({ engine, body }: Request): Promise<Answer> {
  await engine.forget(namedRequest(body(), "prefix"));
  return noContent();
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

function linkJson({ name, link, openCount, counters }: Proxy): readonly JsonObject[] {
  if (link === undefined) return [];
  return [{ name, from: link.from, to: link.to, openCount, upstream: { ...counters.upstream }, downstream: { ...counters.downstream } }];
}
