// The trace: a rolling hash over every event and every draw, with checkpoints, and on demand every entry. For determinism checks and replay.
import { hashString } from "../../harness/random.ts";

/** What can happen in a simulation; the position is what enters the hash. */
export const traceKinds = [
  "boot",
  "stop",
  "died",
  "timer",
  "request",
  "reply",
  "call-failed",
  "datagram",
  "disk-open",
  "disk-read",
  "disk-write",
  "disk-fsync",
  "disk-name",
  "disk-list",
  "disk-close",
  "mark",
  "fact",
  "log",
  "fault",
  "lift",
] as const;
export type TraceKind = (typeof traceKinds)[number];

/** The number of a kind; hot paths keep it in a constant. */
export function kindOf(kind: TraceKind): number {
  return traceKinds.indexOf(kind);
}

/** One entry of a full trace: an event of a host, or a draw. JSON-safe. */
export type TraceEntry =
  | { readonly type: "event"; readonly timeUs: number; readonly host: string; readonly kind: TraceKind; readonly payloadHash: number }
  | { readonly type: "draw"; readonly label: string; readonly value: number };

/** What remains of a run. JSON-safe. */
export interface TraceRecord {
  /** 16 hexadecimal digits. */
  readonly hash: string;
  readonly eventCount: number;
  /** The hash after every 1,024th event. */
  readonly checkpoints: readonly string[];
  /** Only when the full trace was asked for. */
  readonly entries?: readonly TraceEntry[];
}

export const checkpointInterval = 1_024;
const labelCacheLimit = 4_096;

export class Trace {
  eventCount = 0;
  #low = 0x243f6a88 | 0;
  #high = 0x85a308d3 | 0;
  readonly #checkpoints: string[] = [];
  readonly #labels = new Map<string, number>();
  /** The label that was asked for last: most draws are latencies. */
  #lastLabel = "";
  #lastHash = hashString("") | 0;
  readonly #entries: TraceEntry[] | undefined;
  readonly #hostName: (index: number) => string;

  /** `hostName` is only asked while the full trace is recorded. */
  constructor(options: { readonly isFull: boolean; readonly hostName: (index: number) => string }) {
    this.#entries = options.isFull ? [] : undefined;
    this.#hostName = options.hostName;
  }

  event(timeUs: number, hostIndex: number, kind: number, payloadHash: number): void {
    // The low 32 bits of the time, then the rest of it.
    this.#fold(timeUs | 0);
    this.#fold(((timeUs / 0x1_0000_0000) | 0) ^ (hostIndex << 16) ^ (kind << 8));
    this.#fold(payloadHash | 0);
    this.#entries?.push({ type: "event", timeUs, host: this.#hostName(hostIndex), kind: traceKinds[kind] ?? "timer", payloadHash });
    if (++this.eventCount % checkpointInterval === 0) this.#checkpoints.push(this.hash());
  }

  draw(label: string, value: number): void {
    this.#fold(this.hashOf(label));
    this.#fold(value | 0);
    this.#entries?.push({ type: "draw", label, value });
  }

  /** Hash of a label; labels are few, so each is hashed once. */
  hashOf(label: string): number {
    if (label === this.#lastLabel) return this.#lastHash;
    let hash = this.#labels.get(label);
    if (hash === undefined) {
      hash = hashString(label) | 0;
      if (this.#labels.size < labelCacheLimit) this.#labels.set(label, hash);
    }
    this.#lastLabel = label;
    this.#lastHash = hash;
    return hash;
  }

  hash(): string {
    return hexadecimal(this.#high) + hexadecimal(this.#low);
  }

  record(): TraceRecord {
    const { eventCount } = this;
    const record = { hash: this.hash(), eventCount, checkpoints: [...this.#checkpoints] };
    return this.#entries === undefined ? record : { ...record, entries: this.#entries };
  }

  /** Two lanes of multiply and rotate, as in murmur3 (Appleby 2011), each with constants of its own. */
  #fold(value: number): void {
    const low = Math.imul(this.#low ^ value, 0xcc9e2d51);
    this.#low = (low << 15) | (low >>> 17);
    const high = Math.imul((this.#high + value) | 0, 0x85ebca6b) ^ this.#low;
    this.#high = (high << 13) | (high >>> 19);
  }
}

function hexadecimal(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
