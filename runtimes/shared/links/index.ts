// The links between hosts in real time, and what network faults do to them.
export type { Links, NetworkFault, NetworkFaultKind, Protocol } from "./links.ts";
export { linksHit } from "./fault-links.ts";
export type { Hosts, NetworkFaultShape } from "./fault-links.ts";
export { createEmbeddedLinks } from "./embedded-links.ts";
export type { EmbeddedLinksOptions } from "./embedded-links.ts";
export { createRemoteLinks } from "./remote-links.ts";
export type { RemoteLinksOptions } from "./remote-links.ts";
export { sweepRemote } from "./sweep-remote.ts";
export type { SweepRemoteOptions } from "./sweep-remote.ts";
