// Delay of packets: netem in the hub, on the wires to the receivers. Many kernels come without it.
import type { FaultEffect } from "../../../harness/faults.ts";
import type { NetworkFault } from "../../shared/links/links.ts";
import { CommandError, type RunCommand } from "../../shared/power/index.ts";
import type { Direction } from "./address-plan.ts";
import type { Router } from "./router.ts";

export type DelayFault = Extract<NetworkFault, { readonly kind: "slow" }>;

export interface DelayOptions {
  /** True, or why this kernel cannot delay: as `probeNetem` found it. */
  readonly capability: true | string;
  /** The queueing discipline that carries out a fault; default: netem. For tests on kernels without it. */
  readonly queueOf?: (fault: DelayFault) => string;
}

/** One wire's share of a fault. */
interface Share {
  readonly device: string;
  readonly matches: readonly string[];
}

export class Delays {
  readonly capability: true | string;
  readonly #router: Router;
  readonly #queueOf: (fault: DelayFault) => string;
  readonly #shaped = new Set<string>();
  readonly #standing = new Map<number, readonly Share[]>();

  constructor(router: Router, options: DelayOptions) {
    this.#router = router;
    this.capability = options.capability;
    this.#queueOf = options.queueOf ?? netem;
  }

  /** Faults that meet on a packet do not add up: the one that began first holds. The number, from 1 to 65,535, is the caller's. @throws CommandError */
  async begin(fault: DelayFault, number: number): Promise<void> {
    const shares = sharesOf(fault, this.#router);
    this.#standing.set(number, shares);
    for (const share of shares) await this.#tell(this.#beginning(share, { number, queue: this.#queueOf(fault) }));
  }

  /** Packets that wait are dropped with their queue; TCP sends them again. Answers how many packets went through it. */
  async end(number: number): Promise<FaultEffect> {
    const shares = this.#standing.get(number) ?? [];
    this.#standing.delete(number);
    let packetCount = 0;
    for (const { device } of shares) {
      await this.#tell([`filter del dev ${device} parent 1: protocol ip prio ${number}`]);
      packetCount += sentOf(await this.#router.hub.run(["tc", "-s", "class", "show", "dev", device, "classid", classOf(number)]));
      await this.#tell([`qdisc del dev ${device} parent ${classOf(number)}`, `class del dev ${device} classid ${classOf(number)}`]);
    }
    return { affectedCount: packetCount, detail: { packetCount } };
  }

  /** The way through the queue is made first, then packets are sent that way. What no filter names passes by the root as if there were none. */
  #beginning({ device, matches }: Share, { number, queue }: { readonly number: number; readonly queue: string }): readonly string[] {
    const root = this.#shaped.has(device) ? [] : [`qdisc add dev ${device} root handle 1: htb`];
    this.#shaped.add(device);
    return [
      ...root,
      `class add dev ${device} parent 1: classid ${classOf(number)} htb rate 100gbit quantum 60000`,
      `qdisc add dev ${device} parent ${classOf(number)} ${queue}`,
      ...matches.map((match) => `filter add dev ${device} parent 1: protocol ip prio ${number} u32 ${match} flowid ${classOf(number)}`),
    ];
  }

  async #tell(commands: readonly string[]): Promise<void> {
    await this.#router.hub.run(["tc", "-batch", "-"], { input: `${commands.join("\n")}\n` });
  }
}

/** True, or the reason: found out by delaying the loopback of a namespace. */
export async function probeNetem(run: RunCommand): Promise<true | string> {
  try {
    await run(["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]);
    await run(["tc", "qdisc", "del", "dev", "lo", "root"]);
    return true;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.said.includes("qdisc kind is unknown") ? "tc netem is not in this kernel" : error.message;
  }
}

function sharesOf(fault: DelayFault, router: Router): readonly Share[] {
  const ways = fault.links.flatMap((link) => {
    const direction = router.plan.direction(link);
    return direction === undefined ? [] : [{ device: router.deviceTo(link.to), match: matchOf(direction) }];
  });
  return [...Map.groupBy(ways, ({ device }) => device)].map(([device, group]) => ({ device, matches: group.map(({ match }) => match) }));
}

/** Even between `latencyMs` and `latencyMs + jitterMs`; netem wants the middle and the distance from it. */
function netem({ params: { latencyMs, jitterMs } }: DelayFault): string {
  return `netem limit 100000 delay ${latencyMs + jitterMs / 2}ms${jitterMs > 0 ? ` ${jitterMs / 2}ms` : ""}`;
}

function classOf(number: number): string {
  return `1:${number.toString(16)}`;
}

function matchOf({ source, destination }: Direction): string {
  return [source === undefined ? [] : [`match ip src ${source}`], destination === undefined ? [] : [`match ip dst ${destination}`]].flat().join(" ");
}

function sentOf(statistics: string): number {
  return Number(/Sent \d+ bytes (\d+) pkt/.exec(statistics)?.[1] ?? 0);
}
