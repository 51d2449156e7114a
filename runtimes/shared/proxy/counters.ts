// Bytes of a proxy, counted as they pass. For metrics; live, not only when a connection ends.
import type { Direction } from "./direction.ts";

/** Of one direction. */
export interface ByteCounter {
  /** From the sender. */
  receivedBytes: number;
  /** To the receiver: handed to the operating system or its queue. */
  sentBytes: number;
}

export type ProxyCounters = Readonly<Record<Direction, ByteCounter>>;

export function zeroCounters(): ProxyCounters {
  return { upstream: { receivedBytes: 0, sentBytes: 0 }, downstream: { receivedBytes: 0, sentBytes: 0 } };
}
