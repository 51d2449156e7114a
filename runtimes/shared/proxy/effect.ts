// What the proxy did to connections, as events with times: for effects of faults, reports and tests.
import type { Direction } from "./direction.ts";

/** Why a connection was reset: its server could not be reached, a peer reset it or is gone, a toxic, or a cut. */
export type ResetCause = "dial" | "peer" | "toxic" | "cut";

export type ProxyEffect =
  | { readonly kind: "opened" | "closed"; readonly connection: number }
  | { readonly kind: "reset"; readonly connection: number; readonly cause: ResetCause }
  /** The proxy was stopped with the connection open. */
  | { readonly kind: "dropped"; readonly connection: number }
  /** A toxic `refuse` answered a new connection, or it came in the moment in which the listener was closed. */
  | { readonly kind: "refused"; readonly connection: number }
  /** A chunk met a blocked direction and is held; 0 bytes: an end or a reset. */
  | { readonly kind: "stalled"; readonly connection: number; readonly direction: Direction; readonly sizeBytes: number }
  /** A datagram met a blocked direction: it is gone. */
  | { readonly kind: "lost"; readonly connection: number; readonly direction: Direction; readonly sizeBytes: number }
  /** A toxic did something, counted under the name of the effect. */
  | { readonly kind: "affected"; readonly connection: number; readonly toxic: string; readonly effect: string; readonly count: number }
  /** What was held went on its way after a heal. */
  | { readonly kind: "released"; readonly connection: number; readonly direction: Direction; readonly sizeBytes: number };

/** An effect with its proxy and the time of the engine's clock. */
export type ProxyEvent = ProxyEffect & { readonly proxy: string; readonly timeMs: number };

/** Called synchronously; must not throw. */
export type ProxyObserver = (event: ProxyEvent) => void;
