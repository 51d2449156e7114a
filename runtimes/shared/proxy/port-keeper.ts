// Keeps ports whose listener is closed for a while, so that nobody else is given them: the address of a link never changes. For TCP proxies.
import { connect, createServer, isIPv4, type Server, type Socket } from "node:net";
import type { Address } from "./address.ts";

/**
 * A socket that is bound to a port, but connected elsewhere, keeps the port: connects to it are refused, the system gives it to
 * nobody who asks for any port, and (on Linux) the proxy may listen there again while it is kept. Best effort: without the
 * keeper, or for addresses of IPv6, the port is free for a while.
 */
export class PortKeeper {
  #anchor: Server | undefined;
  #anchorPort = 0;
  readonly #accepted = new Set<Socket>();

  /** Listens on a port of its own, to which the sockets that keep ports are connected. Idempotent. */
  async start(): Promise<void> {
    if (this.#anchor !== undefined) return;
    const anchor = createServer((socket) => {
      this.#accepted.add(socket.on("error", () => undefined).on("close", () => this.#accepted.delete(socket)));
    });
    this.#anchor = anchor;
    await new Promise<void>((resolve, reject) => void anchor.once("error", reject).listen(0, "127.0.0.1", resolve));
    const address = anchor.address();
    if (address !== null && typeof address === "object") this.#anchorPort = address.port;
  }

  /** Call it in the turn in which the listener is closed. Undefined: not started. */
  keep({ host, port }: Address): KeptPort | undefined {
    if (this.#anchorPort === 0) return undefined;
    const local = isIPv4(host) ? { localAddress: host } : {};
    return new KeptPort(connect({ host: "127.0.0.1", port: this.#anchorPort, localPort: port, ...local }));
  }

  /** Idempotent; resolves when no socket is left. */
  async close(): Promise<void> {
    const anchor = this.#anchor;
    if (anchor === undefined) return;
    this.#anchor = undefined;
    this.#anchorPort = 0;
    const closed = new Promise<void>((resolve) => anchor.close(() => resolve()));
    for (const socket of this.#accepted) socket.destroy();
    await closed;
  }
}

export class KeptPort {
  readonly #socket: Socket;
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.on("error", () => undefined).on("close", () => resolve()));
  }

  /** With RST, which leaves nothing waiting on the port. Idempotent. */
  release(): void {
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}
