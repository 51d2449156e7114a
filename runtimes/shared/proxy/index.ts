// The proxy: an embedded engine for runtimes, and a server with Toxiproxy's HTTP API around it.
export { ProxyEngine } from "./engine.ts";
export type { EngineOptions, Populated } from "./engine.ts";
export type { Proxy, ProxyRequest } from "./proxy.ts";
export { linksOf } from "./conditions.ts";
export type { Grudge } from "./conditions.ts";
export { ProxyError } from "./proxy-error.ts";
export type { ProxyEffect, ProxyEvent, ProxyObserver, ResetCause } from "./effect.ts";
export type { OnHeal } from "./flow.ts";
export type { Direction } from "./stage.ts";
export type { Toxic, ToxicRequest } from "./toxic.ts";
export { toxicTypes } from "./toxics/catalogue.ts";
export type { ByteCounter, ProxyCounters } from "./counters.ts";
export { realClock } from "./proxy-clock.ts";
export type { ProxyClock } from "./proxy-clock.ts";
export { ProxyServer } from "./http/proxy-server.ts";
export type { ProxyServerOptions } from "./http/proxy-server.ts";
export { apiVersion } from "./http/routes.ts";
export type { MetricsOptions } from "./http/metrics.ts";
