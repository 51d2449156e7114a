// Where the nodes of one run report: one TCP server, a connection an incarnation. Strangers are dropped and counted. For the cluster.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Address } from "../wire/bootstrap.ts";
import type { FromHost } from "../wire/control.ts";
import { ControlSession } from "./control-session.ts";

/** A hello is short; whoever says more or waits longer before it is a stranger. */
const helloLimitMs = 10_000;
/** Connections that have not said hello; more are dropped. */
const waitingLimit = 256;

type Hello = Extract<FromHost, { readonly type: "hello" }>;

/** An incarnation that is about to connect. */
export interface Expectation {
  /** Goes into its bootstrap. */
  readonly token: string;
  /** It will not connect any more: its token is worthless from now on. Idempotent. */
  cancel(): void;
}

interface Expected {
  readonly incarnation: number;
  readonly token: Buffer;
  readonly arrived: (session: ControlSession, hello: Hello) => void;
}

export class ControlServer {
  readonly address: Address;
  readonly #server: Server;
  readonly #expected = new Map<NodeName, Expected>();
  readonly #sessions = new Set<ControlSession>();
  readonly #waiting = new Set<ControlSession>();
  #strangerCount = 0;

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
    server.on("connection", (socket) => this.#connected(socket));
    // Trouble of the listener itself (no more descriptors) costs a connection, never the run.
    server.on("error", () => undefined);
  }

  /** Listens on any port of this address. @throws EnvironmentError */
  static async listen(host: string): Promise<ControlServer> {
    const server = createServer({ noDelay: true });
    server.listen({ host, port: 0, exclusive: true });
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new EnvironmentError(`the control server cannot listen on ${host}: ${String(cause)}`, "look at the network of this machine", { cause });
    }
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address");
    return new ControlServer(server, { host, port: bound.port });
  }

  /** Connections that were dropped before they had proved who they are. */
  get strangerCount(): number {
    return this.#strangerCount;
  }

  /** Replaces what was expected of this node before: an older incarnation is a stranger from now on. `arrived` is called once at most. */
  expect(node: NodeName, incarnation: number, arrived: Expected["arrived"]): Expectation {
    const token = randomBytes(16).toString("hex");
    const expected: Expected = { incarnation, token: Buffer.from(token), arrived };
    this.#expected.set(node, expected);
    return {
      token,
      cancel: () => {
        if (this.#expected.get(node) === expected) this.#expected.delete(node);
      },
    };
  }

  /** Nothing is left: no listener, no connection. Idempotent. */
  async close(): Promise<void> {
    this.#expected.clear();
    const closed = this.#server.listening ? once(this.#server, "close") : undefined;
    this.#server.close();
    for (const session of [...this.#waiting, ...this.#sessions]) session.end();
    await closed;
  }

  #connected(socket: Socket): void {
    const session = new ControlSession(socket, (message) => this.#introduced(session, message));
    if (this.#waiting.size >= waitingLimit) return this.#drop(session);
    this.#waiting.add(session);
    const limit = setTimeout(() => {
      if (!session.isKnown) this.#drop(session);
    }, helloLimitMs);
    void session.ended.then(() => {
      clearTimeout(limit);
      if (this.#waiting.delete(session)) this.#strangerCount++;
      this.#sessions.delete(session);
    });
  }

  #introduced(session: ControlSession, message: FromHost): void {
    const expected = message.type === "hello" ? this.#expected.get(message.node) : undefined;
    if (message.type !== "hello" || expected === undefined || !isMeant(message, expected)) return this.#drop(session);
    // Once only: a second connection with the same token is a stranger, too.
    this.#expected.delete(message.node);
    this.#waiting.delete(session);
    this.#sessions.add(session);
    session.isKnown = true;
    expected.arrived(session, message);
  }

  #drop(session: ControlSession): void {
    session.end();
    this.#waiting.delete(session);
    this.#strangerCount++;
  }
}

function isMeant(hello: Hello, { incarnation, token }: Expected): boolean {
  const given = Buffer.from(hello.token);
  return hello.incarnation === incarnation && given.length === token.length && timingSafeEqual(given, token);
}
