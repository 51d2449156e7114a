// Where a node answers calls: one TCP listener, a fast reader for our own hosts, Node's HTTP server for everybody else. For networks.
import { createServer, type Server, type Socket } from "node:net";
import type { Address } from "../wire/bootstrap.ts";
import { ServedConnection, type Dispatch } from "./served-connection.ts";
import { OutsideServer } from "./outside-server.ts";

export class ExchangeServer {
  readonly address: Address;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #outside: OutsideServer;

  private constructor(server: Server, address: Address, dispatch: Dispatch) {
    this.address = address;
    this.#server = server;
    this.#sockets = new Set();
    this.#outside = new OutsideServer(dispatch);
    server.on("connection", (socket) => this.#connected(socket, dispatch));
  }

  /** Listens on any port of this address. `dispatch` gets every whole request. */
  static async listen(host: string, dispatch: Dispatch): Promise<ExchangeServer> {
    const server = createServer({ noDelay: true });
    const port = await new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port: 0, exclusive: true }, () => resolve(portOf(server)));
    });
    // Trouble of the listener itself (no more descriptors) costs a connection, not the node.
    server.on("error", () => undefined);
    return new ExchangeServer(server, { host, port }, dispatch);
  }

  /** Listener and connections are gone at once. Idempotent. */
  close(): void {
    this.#server.close();
    this.#outside.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connected(socket: Socket, dispatch: Dispatch): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // `close` follows.
    socket.on("error", () => undefined);
    new ServedConnection({ socket, dispatch, giveAway: (stranger) => this.#outside.take(stranger) }).open();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
