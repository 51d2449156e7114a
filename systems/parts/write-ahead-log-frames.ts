// The bytes of a write-ahead log: frames with checksums, and what the end of a damaged file proves. For the log and its tests.
import type { Json } from "../../harness/json.ts";
import { crc32c } from "./checksum.ts";

/**
 * How a log file ends. `whole`: with a frame. `cut`: with bytes that no fsync can have covered, so nobody was told of
 * them. `doubtful`: with a damaged frame that may have been acknowledged. `corrupt`: a damaged frame that certainly was.
 */
type Tail = "whole" | "cut" | "doubtful" | "corrupt";

export interface ScannedFile {
  /** The records of all good frames before the first bad one, in order. */
  readonly records: readonly Json[];
  readonly tail: Tail;
  /** Where the first bad frame begins; the length of the file if there is none. */
  readonly goodBytes: number;
}

/** magic, sequence, payload length, payload CRC, header CRC; each 4 bytes, little-endian. */
export const headerBytes = 20;
const magic = [0x46, 0x4c, 0x57, 0x4c] as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** JSON text has no zero bytes, so this many in a row were never written: a hole of blocks that did not reach the disk. */
const holeBytes = 16;

/** One frame: everything that one fsync makes durable. `sequence` counts the frames of a file from 1. */
export function encodeFrame(sequence: number, records: readonly Json[]): Uint8Array {
  const frame = frameAround(JSON.stringify(records));
  const header = new DataView(frame.buffer);
  frame.set(magic);
  header.setUint32(4, sequence, true);
  header.setUint32(8, frame.length - headerBytes, true);
  header.setUint32(12, crc32c(frame, headerBytes), true);
  header.setUint32(16, crc32c(frame, 0, 16), true);
  return frame;
}

/** Room for the header, and the text in UTF-8. Text that is all ASCII fits at once: one allocation. */
function frameAround(text: string): Uint8Array {
  const frame = new Uint8Array(headerBytes + text.length);
  if (encoder.encodeInto(text, frame.subarray(headerBytes)).read === text.length) return frame;
  const payload = encoder.encode(text);
  const longer = new Uint8Array(headerBytes + payload.length);
  longer.set(payload, headerBytes);
  return longer;
}

/** The records of the frame that `bytes` begin with, whatever follows it; null if it is not whole. */
export function decodeFrame(bytes: Uint8Array): readonly Json[] | null {
  const header = headerAt(bytes, 0);
  return header === null || !isWhole(bytes, 0, header) ? null : decodeRecords(bytes.subarray(headerBytes, headerBytes + header.length));
}

/** Reads frames up to the end or the first bad one. O(bytes). */
export function scanFrames(bytes: Uint8Array): ScannedFile {
  const records: Json[] = [];
  let at = 0;
  for (let sequence = 1; at < bytes.length; sequence++) {
    const header = headerAt(bytes, at);
    if (header?.sequence !== sequence || !isWhole(bytes, at, header)) return { records, tail: judgeTail(bytes, at, sequence), goodBytes: at };
    const end = at + headerBytes + header.length;
    records.push(...decodeRecords(bytes.subarray(at + headerBytes, end)));
    at = end;
  }
  return { records, tail: "whole", goodBytes: at };
}

/**
 * Frame n + 1 is written only after the fsync of frame n was answered. So a bad frame is `corrupt` if any later frame
 * was begun. The last one is `cut` if bytes of it are missing: an fsync that was answered covered all of them. Otherwise
 * a torn write and a rotten sector look the same: `doubtful`.
 */
function judgeTail(bytes: Uint8Array, at: number, sequence: number): Tail {
  for (let later = at; later + headerBytes <= bytes.length; later++) {
    if ((headerAt(bytes, later)?.sequence ?? 0) > sequence) return "corrupt";
  }
  const header = headerAt(bytes, at);
  const isShort = bytes.length - at < headerBytes || (header !== null && at + headerBytes + header.length > bytes.length);
  return isShort || hasHole(bytes, at) ? "cut" : "doubtful";
}

interface Header {
  readonly sequence: number;
  readonly length: number;
  readonly checksum: number;
}

/** null: no header with a good checksum begins here. */
function headerAt(bytes: Uint8Array, at: number): Header | null {
  if (at + headerBytes > bytes.length || magic.some((byte, offset) => bytes[at + offset] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, headerBytes);
  if (view.getUint32(16, true) !== crc32c(bytes, at, at + 16)) return null;
  return { sequence: view.getUint32(4, true), length: view.getUint32(8, true), checksum: view.getUint32(12, true) };
}

function isWhole(bytes: Uint8Array, at: number, { length, checksum }: Header): boolean {
  const end = at + headerBytes + length;
  return end <= bytes.length && crc32c(bytes, at + headerBytes, end) === checksum;
}

function hasHole(bytes: Uint8Array, from: number): boolean {
  let zeroCount = 0;
  for (let index = from; index < bytes.length; index++) {
    zeroCount = bytes[index] === 0 ? zeroCount + 1 : 0;
    if (zeroCount === holeBytes) return true;
  }
  return false;
}

function decodeRecords(payload: Uint8Array): readonly Json[] {
  // The checksum vouches that `encodeFrame` made it.
  return JSON.parse(decoder.decode(payload)) as readonly Json[];
}
