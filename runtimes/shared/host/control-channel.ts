// The node's end of the control connection. What it sends is in the kernel when `send` returns, as long as the harness keeps up. For node hosts.
import { connect, type Socket } from "node:net";
import type { Json } from "../../../harness/json.ts";
import type { Address } from "../wire/bootstrap.ts";
import type { FromHost } from "../wire/control.ts";
import { encodeLine, LineReader } from "../wire/json-lines.ts";

export class ControlChannel {
  /** Called with each line. Set it right after `connect`. */
  onLine: (line: Json) => void = () => undefined;
  /** The harness is gone, or said what is no line. Called once. */
  onEnd: () => void = () => undefined;
  readonly #socket: Socket;
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

  /**
   * A write on a connected socket goes to the kernel within the call (libuv tries before it waits), and Node counts in
   * `writableLength` what the kernel did not take: when that is 0 the message survives whatever happens to this process.
   */
  send(message: FromHost): void {
    if (!this.#isEnded) this.#socket.write(encodeLine(message));
  }

  get isFlushed(): boolean {
    return this.#isEnded || this.#socket.writableLength === 0;
  }

  /** Within this call if all that was sent is in the kernel; else (the harness does not read) when it is. */
  whenFlushed(then: () => void): void {
    if (this.isFlushed) then();
    else this.#socket.write("", () => this.whenFlushed(then));
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
