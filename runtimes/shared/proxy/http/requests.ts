// Bodies of requests as Go decodes them into the reference's structs: defaults, names in any case, its error texts. For the routes.
import type { Link } from "../../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../../harness/json.ts";
import type { Grudge } from "../conditions.ts";
import type { OnHeal } from "../flow.ts";
import { goArray, goBoolean, goFloat, goObject, goString, goValue, member, structField } from "../go-values.ts";
import type { ProxyRequest } from "../proxy.ts";
import { badBody } from "../proxy-error.ts";
import type { ToxicRequest } from "../toxic.ts";

const populateType = '[]struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }';
const toxicUpdateType = 'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }';

/** Missing fields come as empty strings; the engine says what is missing. @throws ProxyError 400 */
export function proxyRequest(body: Json): ProxyRequest & { readonly listen: string } {
  return proxyFields(goObject(body, goValue, "toxiproxy.Proxy"));
}

/** @throws ProxyError 400 */
export function populateRequest(body: Json): readonly ProxyRequest[] {
  return goArray(body, goValue, populateType).map((entry) => proxyFields(goObject(entry, goValue, populateType.slice(2))));
}

/** Absent members keep what the proxy has. @throws ProxyError 400 */
export function proxyChange(body: Json): { readonly listen?: string; readonly upstream?: string; readonly enabled?: boolean } {
  const object = goObject(body, goValue, "toxiproxy.Proxy");
  const { listen, upstream, enabled } = {
    listen: text(object, "listen", "Proxy"),
    upstream: text(object, "upstream", "Proxy"),
    enabled: truth(object, "enabled", "Proxy"),
  };
  // A name is decoded, so that a wrong type is noticed, and then ignored.
  text(object, "name", "Proxy");
  return { ...(listen === undefined ? {} : { listen }), ...(upstream === undefined ? {} : { upstream }), ...(enabled === undefined ? {} : { enabled }) };
}

/** @throws ProxyError 400 */
export function toxicRequest(body: Json): ToxicRequest {
  const object = goObject(body, goValue, "toxics.ToxicWrapper");
  const name = text(object, "name", "ToxicWrapper");
  const type = text(object, "type", "ToxicWrapper") ?? "";
  const stream = text(object, "stream", "ToxicWrapper");
  const toxicity = toxicityOf(object, "ToxicWrapper");
  const attributes = attributesOf(object);
  return { type, ...(name === undefined ? {} : { name }), ...(stream === undefined ? {} : { stream }), ...toxicity, ...attributes };
}

/** @throws ProxyError 400 */
export function toxicChange(body: Json): Pick<ToxicRequest, "attributes" | "toxicity"> {
  const object = goObject(body, goValue, toxicUpdateType);
  return { ...toxicityOf(object, ""), ...attributesOf(object) };
}

/** Of our own routes: `{"grudge": {"n1": ["n2"]}, "id": "partition"}`. @throws ProxyError 400 */
export function partitionRequest(body: Json): { readonly grudge: Grudge; readonly id: string } {
  const object = goObject(body, goValue, "faultline.Partition");
  const place = structField("Partition", "grudge");
  const grudge = Object.entries(goObject(member(object, "grudge") ?? {}, place, "map[string][]string"));
  return {
    grudge: Object.fromEntries(grudge.map(([node, senders]) => [node, goArray(senders, place, "[]string").map((sender) => goString(sender, place))])),
    id: text(object, "id", "Partition") ?? "partition",
  };
}

/** Without `id` everything is healed. @throws ProxyError 400 */
export function healRequest(body: Json): { readonly id: string | undefined; readonly onHeal: OnHeal } {
  const object = goObject(body, goValue, "faultline.Heal");
  return { id: text(object, "id", "Heal"), onHeal: onHealOf(object) };
}

/** @throws ProxyError 400 */
export function onHealOf(object: JsonObject): OnHeal {
  const onHeal = text(object, "onHeal", "Heal") ?? "deliver";
  if (onHeal !== "deliver" && onHeal !== "cut") throw badBody("onHeal must be deliver or cut");
  return onHeal;
}

function proxyFields(object: JsonObject): ProxyRequest & { readonly listen: string } {
  const enabled = truth(object, "enabled", "Proxy");
  const link = linkOf(object);
  return {
    name: text(object, "name", "Proxy") ?? "",
    listen: text(object, "listen", "Proxy") ?? "",
    upstream: text(object, "upstream", "Proxy") ?? "",
    protocol: protocolOf(object),
    ...(enabled === undefined ? {} : { enabled }),
    ...(link === undefined ? {} : { link }),
  };
}

/** @throws ProxyError 400 */
export function protocolOf(object: JsonObject): "tcp" | "udp" {
  const protocol = text(object, "protocol", "Proxy") ?? "tcp";
  if (protocol !== "tcp" && protocol !== "udp") throw badBody("protocol must be tcp or udp");
  return protocol;
}

function linkOf(object: JsonObject): Link | undefined {
  const value = member(object, "link");
  if (value === undefined) return undefined;
  const link = goObject(value, structField("Proxy", "link"), "faultline.Link");
  const [from, to] = [text(link, "from", "Link"), text(link, "to", "Link")];
  if (from === undefined || to === undefined) throw badBody("link needs from and to");
  return { from, to };
}

function toxicityOf(object: JsonObject, goType: string): { readonly toxicity?: number } {
  const value = member(object, "toxicity");
  return value === undefined ? {} : { toxicity: goFloat(value, structField(goType, "toxicity"), "float32") };
}

/** What is not an object is refused when the type of the toxic is known; here it only has to be carried. */
function attributesOf(object: JsonObject): { readonly attributes?: JsonObject } {
  const value = member(object, "attributes");
  return value === undefined ? {} : { attributes: goObject(value, structField("", "attributes"), "toxics.Toxic") };
}

/** A member that is a string, if it is there. @throws ProxyError 400 */
export function text(object: JsonObject, name: string, goType: string): string | undefined {
  const value = member(object, name);
  return value === undefined ? undefined : goString(value, structField(goType, name));
}

function truth(object: JsonObject, name: string, goType: string): boolean | undefined {
  const value = member(object, name);
  return value === undefined ? undefined : goBoolean(value, structField(goType, name));
}
