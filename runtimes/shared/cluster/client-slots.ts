// The worlds of the client slots, inside the harness's process, each a host with links of its own. For the cluster.
import type { Environment } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import { createClientEnvironment, type ClientHost } from "../host/index.ts";
import type { AddressBook } from "../wire/control.ts";
import type { Observation } from "./observation.ts";

export interface ClientSlotsOptions {
  /** Name and links of every slot's host; the position is the slot. */
  readonly hosts: readonly { readonly name: NodeName; readonly peers: AddressBook }[];
  readonly random: Random;
  readonly observation: Observation;
  /** Code that ran for a client threw: a mistake of a client or of the harness, never of a node. */
  readonly failed: (error: unknown) => void;
}

/** A client has one life, as long as the run. */
const incarnation = 1;

export class ClientSlots {
  readonly #options: ClientSlotsOptions;
  readonly #hosts = new Map<number, ClientHost>();

  constructor(options: ClientSlotsOptions) {
    this.#options = options;
  }

  /** @throws RangeError for a slot that the plan does not have */
  environment(slot: number): Environment {
    let host = this.#hosts.get(slot);
    if (host === undefined) this.#hosts.set(slot, (host = this.#open(slot)));
    return host.environment;
  }

  /** Adds what clients have counted since the last time. */
  count(): void {
    for (const host of this.#hosts.values()) this.#options.observation.count(host.takeCounts());
  }

  /** No socket and no timer of a client is left. Idempotent. */
  close(): void {
    for (const host of this.#hosts.values()) host.close();
  }

  #open(slot: number): ClientHost {
    const options = this.#options.hosts[slot];
    if (options === undefined) throw new RangeError(`there are ${this.#options.hosts.length} client slots: no number ${slot}`);
    const { failed, observation, random } = this.#options;
    const { name: node, peers } = options;
    return createClientEnvironment({
      name: node,
      peers,
      random: random.fork(node),
      observer: {
        fact: (kind, data) => observation.fact({ node, incarnation, kind, data }),
        probe: (id, kind, detail) => observation.failedProbe({ node, id, kind, detail }),
        // Counted; no fault can be armed at a mark of a client.
        mark: () => undefined,
        log: (level, message, data) => observation.log({ node, incarnation, level, message, ...(data === undefined ? {} : { data }) }),
        failed,
      },
    });
  }
}
