// Network namespaces as links between the nodes of one machine: Linux, root.
export { createNamespaceLinks } from "./namespace-network.ts";
export type { NamespaceNetwork } from "./namespace-network.ts";
export { probeNamespaces } from "./namespace-probe.ts";
