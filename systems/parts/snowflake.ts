// Snowflake ids: 41 bits of milliseconds, 10 bits of slot, 12 bits of sequence (Twitter, 2010). As decimal strings, since
// they pass 2^53 and a JSON number would round them. For the sequencer.

export interface SnowflakeFields {
  /** Milliseconds since the Unix epoch; from `snowflakeEpochMs` on, 69 years can be told apart. */
  readonly timeMs: number;
  /** Who made it: below `slotCount`. */
  readonly slot: number;
  /** Which of its millisecond: below `sequenceCount`. */
  readonly sequence: number;
}

/** Twitter's: 2010-11-04T01:42:54.657Z. */
export const snowflakeEpochMs = 1_288_834_974_657;
export const slotCount = 1024;
export const sequenceCount = 4096;
const timeLimitMs = 2 ** 41;

/** Numeric order is the order of (timeMs, slot, sequence). @throws RangeError if a field does not fit */
export function encodeSnowflake(fields: SnowflakeFields): string {
  const elapsedMs = fields.timeMs - snowflakeEpochMs;
  if (!isBelow(elapsedMs, timeLimitMs)) throw new RangeError(`time ${fields.timeMs} ms does not fit 41 bits after the epoch`);
  if (!isBelow(fields.slot, slotCount)) throw new RangeError(`slot ${fields.slot} does not fit 10 bits`);
  if (!isBelow(fields.sequence, sequenceCount)) throw new RangeError(`sequence ${fields.sequence} does not fit 12 bits`);
  return ((BigInt(elapsedMs) << 22n) | BigInt((fields.slot << 12) | fields.sequence)).toString();
}

/** Null: not the decimal text of 63 bits. */
export function decodeSnowflake(id: string): SnowflakeFields | null {
  if (!/^(0|[1-9]\d{0,18})$/.test(id)) return null;
  const value = BigInt(id);
  if (value >> 63n !== 0n) return null;
  const low = Number(value & 0x3f_ffffn);
  return { timeMs: Number(value >> 22n) + snowflakeEpochMs, slot: low >> 12, sequence: low & 0xfff };
}

/** Whether an id can carry this time. */
export function fitsSnowflake(timeMs: number): boolean {
  return isBelow(timeMs - snowflakeEpochMs, timeLimitMs);
}

function isBelow(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < limit;
}
