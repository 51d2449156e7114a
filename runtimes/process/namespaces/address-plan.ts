// Who has which address in the namespaces of one run. Every link has an address of its own on the node that it leads to, so that
// a packet says by its addresses alone which link it belongs to, whatever program sent it and whatever it is bound to.
import type { Link } from "../../../harness/faults.ts";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeName } from "../../../harness/operation.ts";

/** Runs that can have subnets of their own at the same time. */
export const subnetCount = 32;

// RFC 2544: kept for tests of network devices and routed nowhere, so unlike 10.0.0.0/8 it hides nobody's office network.
const rangeStart = 198 * 2 ** 24 + 18 * 2 ** 16;
const subnetSize = 4_096;

/**
 * Splits a subnet of 4,096 addresses into one block a node; block 0 is for the hub and the harness. The lower half of a block
 * holds the node's own address, the upper half one address for each host that dials it.
 */
export class AddressPlan {
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
  /** All of it, as CIDR. */
  readonly subnet: string;
  /** The router between the namespaces. */
  readonly hub: string;
  /** The harness. */
  readonly host: string;
  readonly #start: number;
  readonly #blockSize: number;
  readonly #indexes: ReadonlyMap<NodeName, number>;

  /** @throws EnvironmentError if there are too many hosts for one subnet */
  constructor(subnetIndex: number, hosts: { readonly nodes: readonly NodeName[]; readonly clients: readonly NodeName[] }) {
    this.nodes = hosts.nodes;
    this.clients = hosts.clients;
    this.#start = rangeStart + subnetIndex * subnetSize;
    this.#indexes = new Map([...hosts.nodes, ...hosts.clients].map((name, index) => [name, index]));
    this.#blockSize = 2 * 2 ** Math.ceil(Math.log2(Math.max(2, this.#indexes.size)));
    if ((hosts.nodes.length + 1) * this.#blockSize > subnetSize) {
      const problem = `${hosts.nodes.length} nodes and ${hosts.clients.length} clients need more addresses than a subnet of ${subnetSize} has`;
      throw new EnvironmentError(problem, "use fewer clients, or --network proxy");
    }
    this.subnet = `${textOf(this.#start)}/20`;
    this.hub = textOf(this.#start + 1);
    this.host = textOf(this.#start + 2);
  }

  isNode(name: NodeName): boolean {
    return this.indexOf(name) < this.nodes.length;
  }

  /** Of a host: nodes first, then clients. @throws for a stranger, which is a mistake of the caller */
  indexOf(name: NodeName): number {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`no host of this network: ${name}`);
    return index;
  }

  /** What the node's own packets come from. */
  own(node: NodeName): string {
    return textOf(this.#blockOf(node) + 1);
  }

  /** All addresses of a node, as CIDR. */
  block(node: NodeName): string {
    return `${textOf(this.#blockOf(node))}/${prefixLength(this.#blockSize)}`;
  }

  /** Those addresses of a node that links lead to, as CIDR. */
  dialled(node: NodeName): string {
    return `${textOf(this.#blockOf(node) + this.#blockSize / 2)}/${prefixLength(this.#blockSize / 2)}`;
  }

  /** Where `from` dials `to`. */
  link({ from, to }: Link): string {
    return textOf(this.#blockOf(to) + this.#blockSize / 2 + this.indexOf(from));
  }

  /**
   * The packets that go from one host to the other: requests of its own connections and replies on the other's. Undefined between clients,
   * which are all the same process.
   */
  direction({ from, to }: Link): Direction | undefined {
    if (this.isNode(from) && this.isNode(to)) return { source: this.block(from), destination: this.block(to) };
    if (this.isNode(to)) return { destination: `${this.link({ from, to })}/32` };
    return this.isNode(from) ? { source: `${this.link({ from: to, to: from })}/32` } : undefined;
  }

  #blockOf(node: NodeName): number {
    const index = this.indexOf(node);
    if (index >= this.nodes.length) throw new Error(`nobody dials a client: ${node}`);
    return this.#start + (index + 1) * this.#blockSize;
  }
}

/** Addresses of a packet, as CIDR; an absent one is not looked at. */
export interface Direction {
  readonly source?: string;
  readonly destination?: string;
}

/** True if the two CIDRs have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [rangeOf(a), rangeOf(b)];
  return first.start < second.end && second.start < first.end;
}

function rangeOf(cidr: string): { readonly start: number; readonly end: number } {
  const [address = "", length = "32"] = cidr.split("/");
  const size = 2 ** (32 - Number(length));
  const start = Math.floor(numberOf(address) / size) * size;
  return { start, end: start + size };
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

function prefixLength(size: number): number {
  return 32 - Math.log2(size);
}
