// Links that are network namespaces: real packets between real kernels, filtered on their way through the hub.
import { EnvironmentError } from "../../../harness/errors.ts";
import type { FaultEffect, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Links, NetworkFault, NetworkFaultKind, Protocol } from "../../shared/links/links.ts";
import { runCommand } from "../../shared/power/index.ts";
import type { Address } from "../../shared/wire/bootstrap.ts";
import type { Delays } from "./delays.ts";
import { effectOf } from "./packet-effect.ts";
import {
  chainOf,
  countersOf,
  hookRules,
  linkPort,
  listenersOf,
  refusingRules,
  removeRules,
  servingRules,
  unhookRules,
  type NodeRules,
  type RuledFault,
  type Table,
} from "./packet-rules.ts";
import type { Router } from "./router.ts";

/** A fault in force: where it is done and what to read when it ends. */
type Standing =
  | { readonly how: "chain"; readonly fault: RuledFault; readonly name: string; readonly table: Table; readonly resetCount: number }
  | { readonly how: "delay"; readonly number: number };

/** A fault whose effect nobody can tell would count as one that had none, or as one that had. */
const uncounted = "the kernel does not count which packets it hit";

/** Zones of connection tracking; 0 is for what has none. */
const zoneCount = 65_535;

/** One change at a time: each is a tool that runs for some milliseconds. */
export class NamespaceLinks implements Links {
  readonly mechanism = "iptables";
  readonly #router: Router;
  readonly #delays: Delays;
  readonly #standing = new Map<string, Standing>();
  #last: Promise<unknown> = Promise.resolve();
  #nextNumber = 1;
  #nextZone = 0;
  #closing: Promise<void> | undefined;

  constructor(router: Router, delays: Delays) {
    this.#router = router;
    this.#delays = delays;
  }

  /** Both protocols of a link have one address; it is refused until the node serves. */
  open(link: Link, _protocol: Protocol): Promise<Address> {
    return Promise.resolve({ host: this.#router.plan.link(link), port: linkPort });
  }

  async attach(node: NodeName, servers: Readonly<Record<Protocol, Address>>): Promise<void> {
    const ports = { tcp: servers.tcp.port, udp: servers.udp.port };
    await this.#inTurn(async () => await this.#tell(servingRules(this.#rulesOf(node), ports)));
  }

  async detach(node: NodeName): Promise<void> {
    const { plan } = this.#router;
    await this.#inTurn(async () => {
      await this.#tell(refusingRules(this.#rulesOf(node)));
      await this.#kill(this.#router.holderOf(node).prefix, [`src ${plan.dialled(node)}`, `( src ${plan.own(node)} and not dst ${plan.host} )`]);
    });
  }

  /** @throws EnvironmentError for what `capabilities` says cannot be done */
  async begin(fault: NetworkFault): Promise<void> {
    const capability = this.capabilities()[fault.kind];
    if (capability !== true) throw new EnvironmentError(`${fault.kind}: ${capability}`, "leave this fault out, or use --network proxy");
    await this.#inTurn(async () => {
      await this.#end(fault.id);
      await this.#begin(fault, this.#nextNumber++);
    });
  }

  async end(id: string): Promise<FaultEffect> {
    return await this.#inTurn(async () => await this.#end(id));
  }

  capabilities(): Readonly<Record<NetworkFaultKind, true | string>> {
    const does = { partition: true, loss: true, reset: true, refuse: true, "half-open": true, slow: this.#delays.capability } as const;
    return { ...does, duplicate: uncounted, reorder: uncounted, corrupt: "the kernel drops a datagram that was damaged on the way" };
  }

  async close(): Promise<void> {
    this.#closing ??= this.#last.then(async () => await this.#router.close());
    await this.#closing;
  }

  async #begin(fault: NetworkFault, number: number): Promise<void> {
    switch (fault.kind) {
      case "slow":
        this.#standing.set(fault.id, { how: "delay", number });
        return await this.#delays.begin(fault, number);
      case "partition":
      case "loss":
      case "refuse":
      case "reset":
      case "half-open":
        return await this.#beginChain(fault, number);
      case "duplicate":
      case "reorder":
      case "corrupt":
        throw new Error(`${fault.kind} is not done by packet rules`);
    }
  }

  async #beginChain(fault: RuledFault, number: number): Promise<void> {
    const name = `F${number}`;
    const chain = chainOf(fault, this.#router.plan, number);
    await this.#tell(hookRules(name, chain));
    const standing = { how: "chain", fault, name, table: chain.table, resetCount: 0 } as const;
    this.#standing.set(fault.id, standing);
    if (fault.kind === "reset") this.#standing.set(fault.id, { ...standing, resetCount: await this.#killLinks(fault.links) });
  }

  async #end(id: string): Promise<FaultEffect> {
    const standing = this.#standing.get(id);
    if (standing === undefined) return { affectedCount: 0, detail: {} };
    this.#standing.delete(id);
    return standing.how === "delay" ? await this.#delays.end(standing.number) : await this.#endChain(standing);
  }

  async #endChain({ fault, name, table, resetCount }: Extract<Standing, { how: "chain" }>): Promise<FaultEffect> {
    // While it still holds, so that nothing of what must be lost slips through between the two.
    const killedCount = await this.#killLinks(cutAtEnd(fault));
    await this.#tell(unhookRules(name, table));
    const saved = await this.#router.hub.run(["iptables-save", "-c", "-t", table]);
    await this.#tell(removeRules(name, table));
    return effectOf(fault, countersOf(saved, name), { resetCount, killedCount });
  }

  /** Resets the connections that the `from` of these links opened; answers how many. */
  async #killLinks(links: readonly Link[]): Promise<number> {
    const { plan } = this.#router;
    let count = 0;
    for (const [to, incoming] of Map.groupBy(links, (link) => link.to)) {
      if (!plan.isNode(to)) continue;
      const filters = listenersOf(incoming, plan).map((address) => `src ${address}`);
      count += await this.#kill(this.#router.holderOf(to).prefix, filters);
    }
    return count;
  }

  /** Resets connections in a namespace; answers how many. What only waits for its end of time is not counted. */
  async #kill(prefix: readonly string[], filters: readonly string[]): Promise<number> {
    if (filters.length === 0) return 0;
    const states = ["exclude", "listening", "exclude", "closed", "exclude", "time-wait"];
    const killed = await runCommand([...prefix, "ss", "--kill", "--tcp", "--numeric", "--no-header", "state", "all", ...states, filters.join(" or ")]);
    return killed.split("\n").filter((line) => line !== "").length;
  }

  #rulesOf(node: NodeName): NodeRules {
    const { plan } = this.#router;
    return { index: plan.indexOf(node), dialled: plan.dialled(node), zone: (this.#nextZone++ % zoneCount) + 1 };
  }

  async #tell(rules: string): Promise<void> {
    await this.#router.hub.run(["iptables-restore", "--noflush", "--wait", "5"], { input: rules });
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}

/** Links whose connections end with the fault. */
function cutAtEnd(fault: RuledFault): readonly Link[] {
  switch (fault.kind) {
    case "partition":
      return fault.params.onHeal === "cut"
        ? fault.links.flatMap(({ from, to }) => [
            { from, to },
            { from: to, to: from },
          ])
        : [];
    case "half-open":
      return fault.links;
    case "reset":
      return fault.params.probability > 0 ? fault.links : [];
    case "loss":
    case "refuse":
      return [];
  }
}
