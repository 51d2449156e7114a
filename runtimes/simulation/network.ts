// The network between all hosts: links, calls, datagrams, and the faults on them. For environments and the faults port.
import type { CallDone, CallOptions, Exchange } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";
import { BodyHasher, datagramLimitBytes, encodedSizeBytes, freezeBody } from "./bodies.ts";
import { sendDatagram, type DatagramChances } from "./datagram.ts";
import { refused, StreamExchange, type ExchangeContext } from "./exchange.ts";
import { soon } from "./host-event.ts";
import type { Host, Incarnation } from "./host.ts";
import type { LatencyModel } from "./latency.ts";
import { Link, type LinkRule } from "./link.ts";
import { kindOf } from "./trace.ts";

export interface NetworkOptions {
  readonly random: Random;
  readonly latency: LatencyModel;
  readonly chances: DatagramChances;
  readonly isFreezing: boolean;
  /** Undefined for a name that nobody has. */
  readonly hostNamed: (name: NodeName) => Host | undefined;
}

/** Every pair of hosts has two links, made when first used, each with a stream of chance of its own. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #context: ExchangeContext;
  readonly #links: (Link<StreamExchange> | undefined)[][] = [];
  #rules: LinkRule[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#context = { hasher: new BodyHasher(), isFreezing: options.isFreezing, messageCount: 0 };
  }

  get messageCount(): number {
    return this.#context.messageCount;
  }

  call(caller: Incarnation, to: NodeName, request: Exchange, limits: CallOptions & { readonly done: CallDone }): void {
    const { done, timeoutMs } = limits;
    if (!(timeoutMs < Number.POSITIVE_INFINITY)) throw new RangeError(`a call needs a time limit, not ${timeoutMs} ms`);
    const host = this.#options.hostNamed(to);
    if (host === undefined) {
      soon(caller, kindOf("call-failed"), () => done(refused, null));
      return;
    }
    const there = this.#link(caller.host, host);
    const back = this.#link(host, caller.host);
    new StreamExchange({ context: this.#context, caller, there, back, request, timeoutUs: timeoutMs * 1_000, done }).start();
  }

  /** Answers false when the message is too large to be sent. */
  send(sender: Incarnation, to: NodeName, message: Json): boolean {
    const { hasher, isFreezing } = this.#context;
    if (isFreezing) freezeBody(message);
    const hash = hasher.hash(message);
    if (hasher.sizeBoundBytes > datagramLimitBytes && encodedSizeBytes(message) > datagramLimitBytes) return false;
    const host = this.#options.hostNamed(to);
    if (host === undefined) return true;
    this.#context.messageCount++;
    sendDatagram(this.#link(sender.host, host), message, hash, this.#options.chances);
    return true;
  }

  add(rule: LinkRule): void {
    this.#rules.push(rule);
    for (const link of this.#all()) if (rule.matches(link.from, link.to)) link.add(rule.active);
  }

  remove(active: ActiveFault): void {
    this.#rules = this.#rules.filter((rule) => rule.active !== active);
    for (const link of this.#all()) link.remove(active);
  }

  /** Ends every connection in use that matches; answers how many somebody noticed. */
  reset(matches: LinkRule["matches"]): number {
    let count = 0;
    for (const link of this.#all()) {
      if (!matches(link.from, link.to)) continue;
      for (const exchange of link.open) if (exchange.sever()) count++;
    }
    return count;
  }

  /** Connections to the dead process are reset; those it had opened are forgotten, but what it sent is under way. */
  processEnded(incarnation: Incarnation): void {
    for (const link of this.#all()) {
      if (link.to === incarnation.host) for (const exchange of link.open) exchange.targetDied(incarnation);
      if (link.from === incarnation.host) link.abandon();
    }
  }

  #link(from: Host, to: Host): Link<StreamExchange> {
    const row = (this.#links[from.index] ??= []);
    return (row[to.index] ??= this.#newLink(from, to));
  }

  #newLink(from: Host, to: Host): Link<StreamExchange> {
    const { random, latency } = this.#options;
    const link = new Link<StreamExchange>({ from, to, random: random.fork(`${from.name}->${to.name}`), latency });
    for (const rule of this.#rules) if (rule.matches(from, to)) link.add(rule.active);
    return link;
  }

  *#all(): Generator<Link<StreamExchange>> {
    for (const row of this.#links) {
      if (row === undefined) continue;
      for (const link of row) if (link !== undefined) yield link;
    }
  }
}
