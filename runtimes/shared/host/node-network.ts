// The network port of a node in real time: calls as for everybody, a server for exchanges, a socket for datagrams. For environments.
import type { Answer, Exchange } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { CallingNetwork, type NetworkOptions, type Peer, type ServeHandler } from "./calling-network.ts";
import { DatagramSocket } from "./datagrams.ts";
import { ExchangeServer } from "./exchange-server.ts";
import type { Life } from "./life.ts";

export interface NodeNetworkOptions extends NetworkOptions {
  /** Address of its servers, any port. */
  readonly listenHost: string;
  /** The node called `serve`, for the first time. */
  readonly serving: () => void;
  readonly warn: (message: string) => void;
}

/** It reaches itself without a detour. */
export class NodeNetwork extends CallingNetwork {
  readonly #options: NodeNetworkOptions;
  readonly #server: ExchangeServer;
  readonly #datagrams: DatagramSocket;
  readonly #handlers: Handlers;

  private constructor(
    options: NodeNetworkOptions,
    parts: { readonly server: ExchangeServer; readonly datagrams: DatagramSocket; readonly handlers: Handlers },
  ) {
    super(options);
    this.#options = options;
    this.#server = parts.server;
    this.#datagrams = parts.datagrams;
    this.#handlers = parts.handlers;
  }

  /** Binds both servers; until `serve` whoever calls is refused. */
  static async open(options: NodeNetworkOptions): Promise<NodeNetwork> {
    const { life, self, listenHost } = options;
    const handlers = new Handlers(life);
    const server = await ExchangeServer.listen(listenHost, (request, from, answer) => handlers.dispatch(request, from, answer));
    const datagrams = await DatagramSocket.bind({ self, host: listenHost, received: (from, message) => handlers.received(from, message) });
    return new NodeNetwork(options, { server, datagrams, handlers });
  }

  get tcpPort(): number {
    return this.#server.address.port;
  }

  get udpPort(): number {
    return this.#datagrams.address.port;
  }

  /** Requests, replies and datagrams sent since the start. */
  override get messageCount(): number {
    return super.messageCount + this.#handlers.replyCount + this.#datagrams.sentCount;
  }

  override serve(handler: ServeHandler): void {
    if (!this.life.isAlive) return;
    const isFirst = this.#handlers.serve === null;
    this.#handlers.serve = handler;
    if (isFirst) this.#options.serving();
  }

  override send(to: NodeName, message: Json): void {
    if (!this.life.isAlive) return;
    const datagram = this.#datagrams.encode(message);
    const peer = this.peer(to);
    if (datagram === undefined) this.#options.warn(`datagram to ${to} dropped: TooLarge`);
    else if (peer !== undefined) this.#datagrams.send(peer.udp, datagram);
  }

  override onMessage(handler: (from: NodeName, message: Json) => void): void {
    this.#handlers.receive = handler;
  }

  override close(): void {
    super.close();
    this.#server.close();
    this.#datagrams.close();
  }

  protected override peer(name: NodeName): Peer | undefined {
    return name === this.self ? { tcp: this.#server.address, udp: this.#datagrams.address } : super.peer(name);
  }
}

/** What the node has given for what arrives. Made before the node, because the servers are. */
class Handlers {
  serve: ServeHandler | null = null;
  receive: ((from: NodeName, message: Json) => void) | null = null;
  replyCount = 0;
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
  }

  dispatch(request: Exchange, from: NodeName, answer: Answer): boolean {
    const { serve } = this;
    if (serve === null) return false;
    this.#life.run(() =>
      serve(request, from, (reply) => {
        if (!this.#life.isAlive) return;
        this.replyCount++;
        answer(reply);
      }),
    );
    return true;
  }

  received(from: NodeName, message: Json): void {
    const { receive } = this;
    if (receive !== null) this.#life.run(() => receive(from, message));
  }
}
