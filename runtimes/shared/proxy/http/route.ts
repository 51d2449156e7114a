// What a route is. For the tables of routes and the server.
import type { Json } from "../../../../harness/json.ts";
import type { ProxyEngine } from "../engine.ts";
import type { Answer } from "./answer.ts";
import type { MetricsOptions } from "./metrics.ts";

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
