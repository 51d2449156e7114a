// The true time, for nodes that set their clocks by it: one for a run, in the harness. A line asks, a line answers. For the cluster.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { Address } from "../wire/bootstrap.ts";

/** A question is one byte, so nobody has a reason to say much more at once. */
const pieceLimitBytes = 4_096;
const newline = 0x0a;

/** For each newline it gets it answers the real time of this machine: milliseconds since the epoch, with fractions, and a newline. */
export class TimeService {
  readonly address: Address;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Real time minus monotonic time. */
  readonly #offsetMs: number = realTimeOffsetMs();

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
    server.on("connection", (socket) => this.#connected(socket));
    // Trouble of the listener itself (no more descriptors) costs a connection, never the run.
    server.on("error", () => undefined);
  }

  /** Listens on any port of this address. @throws EnvironmentError */
  static async listen(host: string): Promise<TimeService> {
    const server = createServer({ noDelay: true });
    server.listen({ host, port: 0, exclusive: true });
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new EnvironmentError(`the time service cannot listen on ${host}: ${String(cause)}`, "look at the network of this machine", { cause });
    }
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address");
    return new TimeService(server, { host, port: bound.port });
  }

  /** Nothing is left: no listener, no connection. Idempotent. */
  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, "close") : undefined;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (piece: Buffer) => {
      const isQuestion = piece.length <= pieceLimitBytes && piece.every((byte) => byte === newline);
      if (isQuestion) for (let count = piece.length; count > 0; count--) socket.write(`${(this.#offsetMs + performance.now()).toFixed(3)}\n`);
      else socket.destroy();
    });
  }
}

/** `Date.now` counts whole milliseconds; the moment at which it has just changed tells the fraction. Takes a little over a millisecond. */
function realTimeOffsetMs(): number {
  let offsetMs = Number.NEGATIVE_INFINITY;
  const endMs = performance.now() + 1.1;
  for (let nowMs = performance.now(); nowMs < endMs; nowMs = performance.now()) offsetMs = Math.max(offsetMs, Date.now() - nowMs);
  return offsetMs;
}
