// Calls in real time: HTTP/1.1 over a pool of connections to each peer. All that the network of a client slot is; nodes add to it.
import type { Answer, CallDone, CallOptions, Exchange, Network } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { AddressBook } from "../wire/control.ts";
import { CallPool, callErrors } from "./call-pool.ts";
import { encodeRequest } from "./http-form.ts";
import type { Life } from "./life.ts";

export type ServeHandler = (request: Exchange, from: NodeName, answer: Answer) => void;

export type Peer = AddressBook[NodeName];

export interface NetworkOptions {
  readonly self: NodeName;
  readonly life: Life;
  readonly peers: AddressBook;
  /** Address of this machine to call from. */
  readonly localAddress?: string | undefined;
}

/** A network without servers of its own: it can call, and nothing else. */
export class CallingNetwork implements Network {
  protected readonly self: NodeName;
  protected readonly life: Life;
  readonly #peers: AddressBook;
  readonly #localAddress: string | undefined;
  readonly #pools = new Map<NodeName, CallPool>();
  #requestCount = 0;

  constructor({ self, life, peers, localAddress }: NetworkOptions) {
    this.self = self;
    this.life = life;
    this.#peers = peers;
    this.#localAddress = localAddress;
  }

  get messageCount(): number {
    return this.#requestCount;
  }

  serve(_handler: ServeHandler): void {
    throw new Error(`${this.self} is a client: in real time it has no server and cannot be called`);
  }

  call(to: NodeName, request: Exchange, { timeoutMs }: CallOptions, done: CallDone): void {
    if (!(timeoutMs < Number.POSITIVE_INFINITY)) throw new RangeError(`a call needs a time limit, not ${timeoutMs} ms`);
    const encoded = encodeRequest(this.self, to, request);
    if (!this.life.isAlive) return;
    const pool = this.#poolTo(to);
    if (pool === undefined || encoded === undefined) {
      const error = encoded === undefined ? callErrors.TooLarge : callErrors.Refused;
      setImmediate(() => this.life.run(() => done(error, null)));
      return;
    }
    this.#requestCount++;
    pool.call(encoded, { timeoutMs, done: (error, reply) => this.life.run(() => done(error, reply)) });
  }

  send(_to: NodeName, _message: Json): void {
    throw new Error(`${this.self} is a client: in real time it sends no datagrams`);
  }

  onMessage(_handler: (from: NodeName, message: Json) => void): void {
    throw new Error(`${this.self} is a client: in real time it receives no datagrams`);
  }

  /** No socket and no timer is left. Idempotent. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  /** Undefined: nobody has this name. */
  protected peer(name: NodeName): Peer | undefined {
    return Object.hasOwn(this.#peers, name) ? this.#peers[name] : undefined;
  }

  #poolTo(to: NodeName): CallPool | undefined {
    let pool = this.#pools.get(to);
    if (pool !== undefined) return pool;
    const peer = this.peer(to);
    if (peer !== undefined) this.#pools.set(to, (pool = new CallPool({ address: peer.tcp, localAddress: this.#localAddress })));
    return pool;
  }
}
