// Datagrams between nodes: one UDP socket, a JSON envelope each. May be lost, late, twice or damaged. For networks.
import { createSocket, type Socket } from "node:dgram";
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { hashString } from "../../../harness/random.ts";
import type { Address } from "../wire/bootstrap.ts";
import { datagramLimitBytes, decodeJson, encodeJson } from "./bodies.ts";

export interface DatagramSocketOptions {
  readonly self: NodeName;
  /** Address to bind, any port. */
  readonly host: string;
  readonly received: (from: NodeName, message: Json) => void;
}

/**
 * `{ from, check, body }`, where `check` is the hash of `from`: damage on the way may change a message, never its sender, as
 * in every runtime. What no longer decodes is dropped.
 */
export class DatagramSocket {
  readonly address: Address;
  sentCount = 0;
  readonly #socket: Socket;
  readonly #head: string;
  #isClosed = false;

  private constructor(socket: Socket, address: Address, { self, received }: DatagramSocketOptions) {
    this.address = address;
    this.#socket = socket;
    this.#head = `{"from":${JSON.stringify(self)},"check":${hashString(self)},"body":`;
    socket.on("message", (bytes) => {
      const envelope = decodeEnvelope(bytes);
      if (envelope !== undefined) received(envelope.from, envelope.body);
    });
  }

  static async bind(options: DatagramSocketOptions): Promise<DatagramSocket> {
    // Addresses are numbers already; Node would look each one up.
    const socket = createSocket({ type: "udp4", lookup: (host, _options, found) => found(null, host, 4) });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: options.host, port: 0, exclusive: true }, resolve);
    });
    // A datagram that cannot be sent is one that is lost.
    socket.on("error", () => undefined);
    return new DatagramSocket(socket, { host: options.host, port: socket.address().port }, options);
  }

  /** Undefined: the message is too large to be sent. */
  encode(message: Json): string | undefined {
    const body = encodeJson(message);
    if (body.length * 3 > datagramLimitBytes && Buffer.byteLength(body) > datagramLimitBytes) return undefined;
    return `${this.#head}${body}}`;
  }

  send({ host, port }: Address, datagram: string): void {
    if (this.#isClosed) return;
    this.sentCount++;
    // Whatever the callback gets: a datagram that could not be sent is one that was lost.
    this.#socket.send(datagram, port, host, () => undefined);
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

function decodeEnvelope(bytes: Buffer): { readonly from: NodeName; readonly body: Json } | undefined {
  let envelope: Json;
  try {
    envelope = decodeJson(bytes);
  } catch {
    return undefined;
  }
  if (!isMembers(envelope)) return undefined;
  const { from, check, body } = envelope;
  return typeof from === "string" && check === hashString(from) && body !== undefined ? { from, body } : undefined;
}

function isMembers(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
