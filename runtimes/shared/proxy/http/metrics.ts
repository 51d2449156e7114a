// Counters of the proxies in Prometheus' text format (version 0.0.4). For `GET /metrics`.
import type { ByteCounter } from "../counters.ts";
import type { Proxy } from "../proxy.ts";
import type { Direction } from "../direction.ts";

/** What `/metrics` shows; with neither there is no such page. */
export interface MetricsOptions {
  readonly proxies: boolean;
  readonly runtime: boolean;
}

const counters: readonly { readonly name: string; readonly text: string; readonly of: keyof ByteCounter }[] = [
  { name: "toxiproxy_proxy_received_bytes_total", text: "Bytes received by the proxy.", of: "receivedBytes" },
  { name: "toxiproxy_proxy_sent_bytes_total", text: "Bytes sent by the proxy.", of: "sentBytes" },
];
const directions: readonly Direction[] = ["downstream", "upstream"];

/** Live: what has passed so far, also of open connections. */
export function metricsText(proxies: readonly Proxy[], options: MetricsOptions): string {
  return [...(options.proxies ? counters.flatMap((counter) => proxyLines(proxies, counter)) : []), ...(options.runtime ? runtimeLines() : [])]
    .map((line) => `${line}\n`)
    .join("");
}

function proxyLines(proxies: readonly Proxy[], { name, text, of }: (typeof counters)[number]): string[] {
  if (proxies.length === 0) return [];
  const samples = directions.flatMap((direction) => proxies.map((proxy) => `${name}${labels(proxy, direction)} ${proxy.counters[direction][of]}`));
  return [`# HELP ${name} ${text}`, `# TYPE ${name} counter`, ...samples];
}

function labels({ name, listen, upstream }: Proxy, direction: Direction): string {
  const pairs = { direction, listener: listen, proxy: name, upstream };
  return `{${Object.entries(pairs)
    .map(([label, value]) => `${label}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`)
    .join(",")}}`;
}

/** Of this process: the reference shows Go's runtime here. */
function runtimeLines(): string[] {
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  return [
    "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.",
    "# TYPE process_cpu_seconds_total counter",
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    "# HELP process_resident_memory_bytes Resident memory size in bytes.",
    "# TYPE process_resident_memory_bytes gauge",
    `process_resident_memory_bytes ${rss}`,
  ];
}
