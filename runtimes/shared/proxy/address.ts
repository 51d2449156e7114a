// Addresses as Go writes and resolves them: `host:port`, `[::]:0`, `:80`. For proxies.
import { getServers } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import { ProxyError } from "./proxy-error.ts";

export interface Address {
  /** Empty: all interfaces. */
  readonly host: string;
  readonly port: number;
}

/** @throws ProxyError 500 with Go's sentence for what is wrong */
export function parseAddress(text: string): Address {
  // Go takes the empty text for any port of all interfaces.
  if (text === "") return { host: "", port: 0 };
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(text);
  const colonCount = text.split(":").length - 1;
  if (bracketed === null && colonCount === 0) throw wrong(text, "missing port in address");
  if (bracketed === null && colonCount > 1) throw wrong(text, "too many colons in address");
  const [, host = "", port = ""] = bracketed ?? /^([^:]*):(.*)$/.exec(text) ?? [];
  return { host, port: parsePort(port) };
}

/** `1.2.3.4:80`, `[::1]:80`. */
export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address as the reference compares it: names resolved, IPv4 first; an empty host stays empty. @throws ProxyError 500 */
export async function resolveAddress(text: string): Promise<Address> {
  const { host, port } = parseAddress(text);
  if (host === "" || isIP(host) !== 0) return { host, port };
  try {
    const { address } = await lookup(host, { family: 0, order: "ipv4first" });
    return { host: address, port };
  } catch (cause) {
    throw new ProxyError(500, `lookup ${host} on ${resolver()}: no such host`, { cause });
  }
}

/** A failed bind in Go's words. */
export function listenError(network: string, address: Address, cause: unknown): ProxyError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "bind: address already in use",
    EADDRNOTAVAIL: "bind: cannot assign requested address",
    EACCES: "bind: permission denied",
  };
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new ProxyError(500, `listen ${network} ${formatAddress(address)}: ${reason}`, { cause });
}

function parsePort(text: string): number {
  if (text === "") return 0;
  if (!/^\d+$/.test(text)) throw new ProxyError(500, `lookup tcp/${text}: unknown port`);
  const port = Number(text);
  if (port > 65_535) throw wrong(text, "invalid port");
  return port;
}

function wrong(text: string, reason: string): ProxyError {
  return new ProxyError(500, `address ${text}: ${reason}`);
}

function resolver(): string {
  const [server = "127.0.0.1"] = getServers();
  if (isIPv6(server)) return `[${server}]:53`;
  return server.includes(":") ? server : `${server}:53`;
}
