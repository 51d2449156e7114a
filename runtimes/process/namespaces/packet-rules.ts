// What iptables is told, in the hub: where links lead, and each network fault as one chain of its own, so that it comes and goes in one
// step and counts what it did.
import type { Link } from "../../../harness/faults.ts";
import type { NetworkFault } from "../../shared/links/links.ts";
import type { AddressPlan, Direction } from "./address-plan.ts";

/** On every address that a link leads to. Nobody listens on it inside a node: while it is not mapped to a server, the node's own kernel refuses. */
export const linkPort = 4_711;

export type Table = "raw" | "nat" | "filter";

/** Faults that packet rules carry out; delays are for a queueing discipline. */
export type RuledFault = Extract<NetworkFault, { readonly kind: "partition" | "loss" | "refuse" | "reset" | "half-open" }>;

/** One fault as a chain: the table, and its rules without `-A CHAIN`. */
export interface FaultChain {
  readonly table: Table;
  readonly rules: readonly string[];
}

/**
 * Bytecode of the classic packet filter: true for a TCP segment that carries bytes. It computes total length - header lengths:
 * ldxb 4*([0]&15); ldh [2]; sub x; st M[0]; ldb [x+12]; rsh 2; and 60; tax; ld M[0]; sub x; ret a.
 */
const withPayload = '-p tcp -m bpf --bytecode "11,177 0 0 0,40 0 0 2,28 0 0 0,2 0 0 0,80 0 0 12,116 0 0 2,84 0 0 60,7 0 0 0,96 0 0 0,28 0 0 0,22 0 0 0"';
/** The last segment of what a program wrote at once. */
const endOfWrite = "-p tcp --tcp-flags PSH PSH";
const resetSender = "-j REJECT --reject-with tcp-reset";

/** Tables before any fault: hooks for faults come first, so that a refused connection is not led to a server. */
export function baseRules(plan: AddressPlan): string {
  const chains = (name: string): readonly string[] => plan.nodes.flatMap((_, index) => [`:${name}${index} - [0:0]`, `-A PREROUTING -j ${name}${index}`]);
  return [
    tableOf("raw", [":FAULTS - [0:0]", "-A PREROUTING -j FAULTS", ...chains("ZONE")]),
    tableOf("nat", [":FAULTS - [0:0]", "-A PREROUTING -j FAULTS", ...chains("SERVE")]),
    tableOf("filter", [":FAULTS - [0:0]", "-A FORWARD -j FAULTS"]),
  ].join("");
}

/** One node of the hub's tables. */
export interface NodeRules {
  readonly index: number;
  /** Its addresses that links lead to. */
  readonly dialled: string;
  /**
   * A number for each change of where its links lead. Connection tracking remembers where a flow of datagrams led and goes on sending it there, be it to a port
   * of a dead incarnation or to nowhere: in a zone of its own it has no past.
   */
  readonly zone: number;
}

/** The links of a node lead to these ports of its own. */
export function servingRules(node: NodeRules, ports: { readonly tcp: number; readonly udp: number }): string {
  const map = (protocol: "tcp" | "udp"): string =>
    `-A SERVE${node.index} -d ${node.dialled} -p ${protocol} --dport ${linkPort} -j DNAT --to-destination :${ports[protocol]}`;
  return tableOf("nat", [`:SERVE${node.index} - [0:0]`, map("tcp"), map("udp")]) + zoneRules(node);
}

/** The links of a node lead to a port on which nobody listens. */
export function refusingRules(node: NodeRules): string {
  return tableOf("nat", [`:SERVE${node.index} - [0:0]`]) + zoneRules(node);
}

function zoneRules({ index, dialled, zone }: NodeRules): string {
  const zoned = (way: "-d" | "-s"): string => `-A ZONE${index} ${way} ${dialled} -p udp -j CT --zone ${zone}`;
  return tableOf("raw", [`:ZONE${index} - [0:0]`, zoned("-d"), zoned("-s")]);
}

/** A fault's chain begins to hold in one step. */
export function hookRules(name: string, { table, rules }: FaultChain): string {
  return tableOf(table, [`:${name} - [0:0]`, ...rules.map((rule) => `-A ${name} ${rule}`), `-A FAULTS -j ${name}`]);
}

/** It holds no more; its counters stay to be read. */
export function unhookRules(name: string, table: Table): string {
  return tableOf(table, [`-D FAULTS -j ${name}`]);
}

export function removeRules(name: string, table: Table): string {
  return tableOf(table, [`-F ${name}`, `-X ${name}`]);
}

/** Input of iptables-restore: the kernel takes all of a table's lines at once, or none. */
function tableOf(table: Table, lines: readonly string[]): string {
  return [`*${table}`, ...lines, "COMMIT", ""].join("\n");
}

/** Links between clients have no rule. `mark` tells the connections of this fault from those of others. */
export function chainOf(fault: RuledFault, plan: AddressPlan, mark: number): FaultChain {
  switch (fault.kind) {
    case "partition":
      return { table: "raw", rules: directionsOf(fault.links, plan).flatMap(blocked) };
    case "loss":
      return { table: "raw", rules: directionsOf(fault.links, plan).map((way) => `${way} -p udp ${chance(fault.params.probability)} -j DROP`) };
    case "refuse":
      return { table: "nat", rules: listenersOf(fault.links, plan).map((address) => `-d ${address} -p tcp --syn -j ACCEPT`) };
    case "half-open":
      return { table: "raw", rules: listenersOf(fault.links, plan).map((address) => `-s ${address} ${withPayload} -j DROP`) };
    case "reset":
      return { table: "filter", rules: listenersOf(fault.links, plan).flatMap((address) => resets(address, { probability: fault.params.probability, mark })) };
  }
}

/** Addresses of those links that somebody listens on. */
export function listenersOf(links: readonly Link[], plan: AddressPlan): readonly string[] {
  return links.filter(({ to }) => plan.isNode(to)).map((link) => plan.link(link));
}

/** Packets and bytes of each rule of a chain, in its order, out of what `iptables-save -c` printed. */
export function countersOf(saved: string, name: string): readonly { readonly packetCount: number; readonly byteCount: number }[] {
  const line = new RegExp(`^\\[(\\d+):(\\d+)\\] -A ${name} `);
  return saved.split("\n").flatMap((text) => {
    const match = line.exec(text);
    return match === null ? [] : [{ packetCount: Number(match[1]), byteCount: Number(match[2]) }];
  });
}

function directionsOf(links: readonly Link[], plan: AddressPlan): readonly string[] {
  return links.flatMap((link) => {
    const direction = plan.direction(link);
    return direction === undefined ? [] : [addresses(direction)];
  });
}

function addresses({ source, destination }: Direction): string {
  return [source === undefined ? [] : ["-s", source], destination === undefined ? [] : ["-d", destination]].flat().join(" ");
}

/** Bytes stall and connects succeed, as everywhere: a TCP segment without bytes passes. Whatever is no TCP is lost. */
function blocked(way: string): readonly string[] {
  return [`${way} ${withPayload} -j DROP`, `${way} ! -p tcp -j DROP`];
}

/**
 * Half of the resets come before the request is delivered: the caller gets a reset in its place. The other half after the handler ran:
 * the connection is marked, nothing of the answer comes back, and when the caller's kernel sends the request again (after 0.2 s) it gets the reset.
 */
function resets(address: string, { probability, mark }: { readonly probability: number; readonly mark: number }): readonly string[] {
  if (probability <= 0) return [];
  const before = Math.min(1, probability) / 2;
  const isMarked = `-m connmark --mark ${mark}`;
  return [
    `-d ${address} ${withPayload} ${isMarked} ${resetSender}`,
    `-d ${address} ${endOfWrite} ${chance(before)} ${resetSender}`,
    `-d ${address} ${endOfWrite} ${chance(before / (1 - before))} -j CONNMARK --set-mark ${mark}`,
    `-s ${address} -p tcp ${isMarked} -j DROP`,
  ];
}

/** A share of packets, drawn by the kernel. All of them: no draw, because a share of 1 is one that iptables refuses or rounds. */
function chance(probability: number): string {
  return probability >= 1 ? "" : `-m statistic --mode random --probability ${Math.max(0, probability).toFixed(9)}`;
}
