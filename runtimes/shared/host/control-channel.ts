// The node's end of the control connection. The facts of one turn of the event loop leave in one write. For node hosts.
import { connect, type Socket } from "node:net";
import type { Json } from "../../../harness/json.ts";
import type { Address } from "../wire/bootstrap.ts";
import type { FromHost } from "../wire/control.ts";
import { encodeLine, LineReader } from "../wire/json-lines.ts";

/** Characters of facts that wait for the end of the turn; more are written at once. */
const pendingLimit = 65_536;

export class ControlChannel {
  /** Called with each line. Set it right after `connect`. */
  onLine: (line: Json) => void = () => undefined;
  /** The harness is gone, or said what is no line. Called once. */
  onEnd: () => void = () => undefined;
  readonly #socket: Socket;
  /** Lines of this turn, not yet written. */
  #pending = "";
  #isEnded = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new LineReader((line) => this.onLine(line));
    socket.on("data", (chunk: Buffer) => this.#received(reader, chunk));
    // A reset is an end like any other; `close` follows.
    socket.on("error", () => undefined);
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#ended());
  }

  /** Rejects with the error of the network. */
  static async connect({ host, port }: Address): Promise<ControlChannel> {
    const socket = connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new ControlChannel(socket);
  }

  /** In order; facts at the end of this turn: a node that makes progress states several of them, and a write costs more than they do. */
  send(message: FromHost): void {
    if (this.#isEnded) return;
    if (this.#pending === "") setImmediate(() => this.#flush());
    this.#pending += encodeLine(message);
    if (message.type !== "fact" || this.#pending.length > pendingLimit) this.#flush();
  }

  /**
   * Calls back when all that was sent is in the kernel and survives whatever happens to this process: within this call, unless the
   * harness does not read. A write on a connected socket goes to the kernel within the call (libuv tries before it waits), and Node
   * counts in `writableLength` what the kernel did not take.
   */
  whenFlushed(then: () => void): void {
    this.#flush();
    if (this.#isEnded || this.#socket.writableLength === 0) then();
    else this.#socket.write("", () => this.whenFlushed(then));
  }

  #flush(): void {
    const pending = this.#pending;
    if (pending === "" || this.#isEnded) return;
    this.#pending = "";
    this.#socket.write(pending);
  }

  #received(reader: LineReader, chunk: Buffer): void {
    try {
      reader.push(chunk);
    } catch {
      this.#socket.destroy();
    }
  }

  #ended(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.onEnd();
  }
}
