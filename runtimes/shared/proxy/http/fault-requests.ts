// Bodies of our own routes: links, nodes and faults. For the routes; the other side is in `runtimes/shared/links/`.
import type { Link } from "../../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../../harness/json.ts";
import type { NetworkFault, NetworkFaultKind } from "../../links/links.ts";
import { parseAddress, type Address } from "../address.ts";
import { goArray, goFloat, goObject, goValue, member, structField } from "../go-values.ts";
import { badBody } from "../proxy-error.ts";
import type { Protocol } from "../toxics/catalogue.ts";
import { onHealOf, protocolOf, text } from "./requests.ts";

/** `{"name", "from", "to", "protocol", "listen"}` @throws ProxyError 400 */
export function linkRequest(body: Json): { readonly name: string; readonly link: Link; readonly protocol: Protocol; readonly listen: string } {
  const object = goObject(body, goValue, "faultline.Link");
  const listen = text(object, "listen", "Link") ?? "127.0.0.1:0";
  return { name: required(object, "name"), link: linkOf(object), protocol: protocolOf(object), listen };
}

/** `{"node", "tcp": "host:port", "udp": "host:port"}` @throws ProxyError 400, 500 */
export function attachRequest(body: Json): { readonly node: string; readonly servers: Readonly<Record<Protocol, Address>> } {
  const object = goObject(body, goValue, "faultline.Attach");
  return { node: required(object, "node"), servers: { tcp: parseAddress(required(object, "tcp")), udp: parseAddress(required(object, "udp")) } };
}

/** `{"<name>": "n1"}` @throws ProxyError 400 */
export function namedRequest(body: Json, name: "node" | "id" | "prefix"): string {
  return required(goObject(body, goValue, "faultline.Name"), name);
}

/** `{"id", "kind", "params", "links": [{"from", "to"}]}` @throws ProxyError 400 */
export function faultRequest(body: Json): NetworkFault {
  const object = goObject(body, goValue, "faultline.Fault");
  const params = goObject(member(object, "params") ?? {}, structField("Fault", "params"), "map");
  const list = goArray(member(object, "links") ?? [], structField("Fault", "links"), "[]faultline.Link");
  const links = list.map((entry) => linkOf(goObject(entry, structField("Fault", "links"), "faultline.Link")));
  return withParameters(required(object, "kind"), { params, base: { id: required(object, "id"), links } });
}

function withParameters(
  kind: string,
  { params, base }: { readonly params: JsonObject; readonly base: { readonly id: string; readonly links: readonly Link[] } },
): NetworkFault {
  const probability = (): number => amount(params, { name: "probability", most: 1 });
  const milliseconds = (name: string): number => amount(params, { name, most: 3_600_000 });
  const kinds: Readonly<Record<NetworkFaultKind, () => NetworkFault>> = {
    partition: () => ({ ...base, kind: "partition", params: { onHeal: onHealOf(params) } }),
    slow: () => ({ ...base, kind: "slow", params: { latencyMs: milliseconds("latencyMs"), jitterMs: milliseconds("jitterMs") } }),
    loss: () => ({ ...base, kind: "loss", params: { probability: probability() } }),
    duplicate: () => ({ ...base, kind: "duplicate", params: { probability: probability() } }),
    reorder: () => ({ ...base, kind: "reorder", params: { probability: probability(), delayMs: milliseconds("delayMs") } }),
    corrupt: () => ({ ...base, kind: "corrupt", params: { probability: probability() } }),
    reset: () => ({ ...base, kind: "reset", params: { probability: probability() } }),
    refuse: () => ({ ...base, kind: "refuse", params: {} }),
    "half-open": () => ({ ...base, kind: "half-open", params: {} }),
  };
  const make = new Map(Object.entries(kinds)).get(kind);
  if (make === undefined) throw badBody(`kind must be one of ${Object.keys(kinds).join(", ")}`);
  return make();
}

function amount(params: JsonObject, { name, most }: { readonly name: string; readonly most: number }): number {
  const value = goFloat(member(params, name) ?? 0, structField("Fault", `params.${name}`), "float64");
  if (value < 0 || value > most) throw badBody(`${name} must be between 0 and ${most}`);
  return value;
}

function linkOf(object: JsonObject): Link {
  return { from: required(object, "from"), to: required(object, "to") };
}

function required(object: JsonObject, name: string): string {
  const value = text(object, name, "Request");
  if (value === undefined || value === "") throw badBody(`${name} is missing`);
  return value;
}
