// The seed rules: which connections a toxic hits is a function of (seed, proxy, connection number, direction, toxic), drawn once.
import { seededRandom, type Random } from "../../../harness/random.ts";
import type { Direction } from "./direction.ts";

/** Everything that a draw may depend on. Never the time, never what other connections or toxics drew. */
export interface FateKey {
  readonly seed: string;
  readonly proxy: string;
  /** Connections of a proxy are numbered from 1 in the order in which they were accepted; datagram sessions likewise. */
  readonly connection: number;
  readonly direction: Direction;
  readonly toxic: string;
}

export interface Fate {
  /** Uniform in [0, 1). The toxic hits the connection if this is below its toxicity, so that raising a toxicity only adds victims. */
  readonly draw: number;
  /** For what the toxic itself draws, e.g. jitter. */
  readonly random: Random;
}

/** The same key gives the same fate, in every process. Names are quoted, so that no two keys are written alike. */
export function fateOf({ seed, proxy, connection, direction, toxic }: FateKey): Fate {
  const random = seededRandom(`proxy/${JSON.stringify([seed, proxy, connection, direction, toxic])}`);
  return { draw: random.fork("toxicity").float("toxicity"), random: random.fork("stage") };
}
