// How long things take: a minimum, an exponential part, a limit and a rare tail, in integers. For network and disk.
import type { Random } from "../../harness/random.ts";

export interface LatencyModel {
  readonly minUs: number;
  /** Of the exponential part that is added to the minimum. */
  readonly meanUs: number;
  /** Of the sum, tail apart. */
  readonly maxUs: number;
  /** Chance of an outlier, uniform between `maxUs` and `tailMaxUs`. Resolution 2^-20. */
  readonly tailProbability: number;
  readonly tailMaxUs: number;
}

const tableBits = 10;
const tailBits = 20;
/** The table is in this part of the mean. */
const unit = 1_024;

/** One latency in whole microseconds; one draw, two for an outlier. */
export function drawLatencyUs(model: LatencyModel, random: Random): number {
  const value = random.u32("latency");
  if ((value & 0xfffff) < model.tailProbability * (1 << tailBits))
    return model.maxUs + random.below(Math.max(1, model.tailMaxUs - model.maxUs), "latency tail");
  const exponential = exponentials[value >>> (32 - tableBits)]!; // index has tableBits bits
  return Math.min(model.maxUs, model.minUs + Math.floor((exponential * model.meanUs) / unit));
}

/** -ln(u) for the middle of each of 1,024 equal parts of [0, 1), in 1/1,024. */
const exponentials: Int32Array = Int32Array.from({ length: 1 << tableBits }, (_, index) =>
  Math.round(-naturalLogarithm((index + 0.5) / (1 << tableBits)) * unit),
);

/**
 * For 0 < x <= 1. Built from additions, multiplications and divisions only, which IEEE 754 defines to the last bit, so that a seed
 * replays on every version of Node; Math.log may differ. ln(m 2^-k) = 2 artanh((m-1)/(m+1)) - k ln 2.
 */
export function naturalLogarithm(x: number): number {
  let mantissa = x;
  let halvings = 0;
  while (mantissa < 0.5) {
    mantissa *= 2;
    halvings++;
  }
  const ratio = (mantissa - 1) / (mantissa + 1);
  let power = ratio;
  let sum = 0;
  for (let degree = 1; degree < 40; degree += 2) {
    sum += power / degree;
    power *= ratio * ratio;
  }
  return 2 * sum - halvings * Math.LN2;
}
