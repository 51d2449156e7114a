// A node's idea of real time when it asks a time service for it. Cristian, Probabilistic clock synchronization (1989), section 2. For node hosts.
//
// An estimate is the server's time plus half the round trip. Samples with a long round trip are not thrown away, on purpose:
// a latency of D on the way back makes this clock lag D / 2, on the way there lead D / 2, which is what faults use.
// The error is never larger than half the round trip.
import { connect, type Socket } from "node:net";
import type { Address } from "../wire/bootstrap.ts";

const periodMs = 200;
/** A link that takes longer is down, and a new connection is tried. Faults delay by minutes. */
const answerLimitMs = 600_000;
/** An answer is a number. */
const answerLimitBytes = 64;

export class DisciplinedClock {
  readonly #service: Address;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Real time minus this process's monotonic time, as estimated last. Before the first answer: the machine's own clock. */
  #offsetMs: number | undefined;
  #errorBoundMs: number | undefined;
  #isClosed = false;

  constructor(service: Address) {
    this.#service = service;
  }

  /** Call it once: asks at once and then every 200 ms, or as often as answers come. */
  start(): void {
    this.#connect();
  }

  /** Milliseconds since the epoch. Steps whenever an answer says so; keeps running on the last estimate while none comes. */
  realMs(): number {
    return this.#offsetMs === undefined ? Date.now() : this.#offsetMs + performance.now();
  }

  /** Half the round trip of the last answer, milliseconds. Undefined before the first. */
  get errorBoundMs(): number | undefined {
    return this.#errorBoundMs;
  }

  /** No socket and no timer is left. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const { host, port } = this.#service;
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    let sentMs = 0;
    let answer = "";
    const ask = (): void => {
      sentMs = performance.now();
      this.#after(answerLimitMs, () => socket.destroy());
      socket.write("\n");
    };
    socket.setEncoding("latin1");
    socket.on("connect", ask);
    socket.on("data", (piece: string) => {
      answer += piece;
      if (!answer.endsWith("\n")) {
        if (answer.length > answerLimitBytes) socket.destroy();
        return;
      }
      const isUsable = this.#learn(Number(answer), sentMs);
      answer = "";
      if (isUsable) this.#after(periodMs - (performance.now() - sentMs), ask);
      else socket.destroy();
    });
    // `close` follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#after(periodMs, () => this.#connect()));
  }

  #learn(serverMs: number, sentMs: number): boolean {
    if (!Number.isFinite(serverMs) || serverMs <= 0) return false;
    const nowMs = performance.now();
    const halfMs = (nowMs - sentMs) / 2;
    this.#offsetMs = serverMs + halfMs - nowMs;
    this.#errorBoundMs = halfMs;
    return true;
  }

  /** One thing is waited for at a time. */
  #after(delayMs: number, then: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(then, Math.max(0, delayMs));
  }
}
