// What the image's journal says, and how its bytes say it. For the journal, which the node writes and the harness reads.
//
// A frame is `u32 length of the body, u32 CRC-32 of the body, body`; a body is `u8 kind`, the fields of that kind in the
// order of `layouts` (numbers as f64, strings as u32 length and UTF-8, all little-endian), then a preimage if any.
import { crc32 } from "node:zlib";

/** What has become of changes: `promised` by a lying disk, `forsaken` by a failed fsync, `flushed` by the kernel on its own. */
export type SyncOutcome = "durable" | "promised" | "forsaken" | "flushed";

export type NameRecord =
  | { readonly kind: "link"; readonly sequence: number; readonly path: string; readonly inode: number }
  | { readonly kind: "unlink"; readonly sequence: number; readonly path: string }
  | { readonly kind: "rename"; readonly sequence: number; readonly path: string; readonly to: string; readonly inode: number };

/** `length` of a truncation is the new length of the file. The preimage is what it is about to destroy: the old bytes from `at`, or from the new length. */
export interface ChangeRecord {
  readonly kind: "write" | "truncate";
  readonly inode: number;
  readonly sequence: number;
  /** 0 for a truncation. */
  readonly at: number;
  readonly length: number;
  readonly previousLength: number;
}

export type ImageRecord =
  /** First of a journal: numbers to go on from. */
  | { readonly kind: "origin"; readonly inodeCount: number; readonly nameSequence: number }
  /** A name that is durable, when the journal begins. */
  | { readonly kind: "held"; readonly path: string; readonly inode: number }
  | NameRecord
  | ChangeRecord
  /** Changes of one file up to `sequence`. */
  | { readonly kind: "synced"; readonly inode: number; readonly sequence: number; readonly outcome: SyncOutcome }
  /** Changes of names in one directory up to `sequence`. */
  | { readonly kind: "directory"; readonly directory: string; readonly sequence: number; readonly outcome: "durable" | "promised" }
  /** The disk lies no longer: what was promised is durable. */
  | { readonly kind: "kept" }
  /** Whether the next power cut tears. */
  | { readonly kind: "tearing"; readonly isTearing: number };

type Kind = ImageRecord["kind"];
type Field = readonly [name: string, type: "number" | "text"];

const change: readonly Field[] = [
  ["inode", "number"],
  ["sequence", "number"],
  ["at", "number"],
  ["length", "number"],
  ["previousLength", "number"],
];

/** The order of kinds and fields is the format. */
const layouts: readonly (readonly [Kind, readonly Field[]])[] = [
  [
    "origin",
    [
      ["inodeCount", "number"],
      ["nameSequence", "number"],
    ],
  ],
  [
    "held",
    [
      ["path", "text"],
      ["inode", "number"],
    ],
  ],
  [
    "link",
    [
      ["sequence", "number"],
      ["path", "text"],
      ["inode", "number"],
    ],
  ],
  [
    "unlink",
    [
      ["sequence", "number"],
      ["path", "text"],
    ],
  ],
  [
    "rename",
    [
      ["sequence", "number"],
      ["path", "text"],
      ["to", "text"],
      ["inode", "number"],
    ],
  ],
  ["write", change],
  ["truncate", change],
  [
    "synced",
    [
      ["inode", "number"],
      ["sequence", "number"],
      ["outcome", "text"],
    ],
  ],
  [
    "directory",
    [
      ["directory", "text"],
      ["sequence", "number"],
      ["outcome", "text"],
    ],
  ],
  ["kept", []],
  ["tearing", [["isTearing", "number"]]],
];
const kindIndexes: ReadonlyMap<Kind, number> = new Map(layouts.map(([kind], index) => [kind, index]));

const headerBytes = 8;
const noBytes = new Uint8Array(0);

export function encodeRecord(record: ImageRecord, preimage: Uint8Array = noBytes): Buffer {
  const kindIndex = kindIndexes.get(record.kind) ?? 0;
  // The layouts name the fields of each kind; nothing else ties them to the type.
  const values = record as unknown as Readonly<Record<string, number | string>>;
  const fields = (layouts[kindIndex]?.[1] ?? []).map(([name]) => values[name] ?? 0);
  const fieldBytes = fields.reduce<number>((sum, value) => sum + (typeof value === "number" ? 8 : 4 + Buffer.byteLength(value)), 0);
  const frame = Buffer.allocUnsafe(headerBytes + 1 + fieldBytes + preimage.length);
  let offset = frame.writeUInt8(kindIndex, headerBytes);
  for (const value of fields) {
    if (typeof value === "number") offset = frame.writeDoubleLE(value, offset);
    else offset = frame.writeUInt32LE(Buffer.byteLength(value), offset);
    if (typeof value === "string") offset += frame.write(value, offset);
  }
  frame.set(preimage, offset);
  frame.writeUInt32LE(frame.length - headerBytes, 0);
  frame.writeUInt32LE(crc32(frame.subarray(headerBytes)), 4);
  return frame;
}

/** Where the old bytes of a change are in the journal; moves when that is written anew. */
export interface Preimage {
  position: number;
  readonly sizeBytes: number;
}

export interface DecodedRecord {
  readonly record: ImageRecord;
  readonly preimage: Preimage;
  /** Where the next frame begins. */
  readonly end: number;
}

/**
 * The frame at `position`; null if the journal ends before it is whole: its writer was killed, and what it announces was
 * not begun. @throws Error for a whole frame that is damaged: no kill does that
 */
export function decodeRecord(journal: Buffer, position: number): DecodedRecord | null {
  if (journal.length - position < headerBytes) return null;
  const bodyStart = position + headerBytes;
  const end = bodyStart + journal.readUInt32LE(position);
  if (end > journal.length) return null;
  const layout = layouts[journal[bodyStart] ?? layouts.length];
  const isSound = end > bodyStart && crc32(journal.subarray(bodyStart, end)) === journal.readUInt32LE(position + 4);
  if (!isSound || layout === undefined) throw new Error(`the image of what is durable is damaged at byte ${position} of its journal`);
  const [kind, fields] = layout;
  const values: Record<string, number | string> = { kind };
  let offset = bodyStart + 1;
  for (const [name, type] of fields) {
    const textBytes = type === "text" ? journal.readUInt32LE(offset) : 0;
    values[name] = type === "text" ? journal.toString("utf8", offset + 4, offset + 4 + textBytes) : journal.readDoubleLE(offset);
    offset += type === "text" ? 4 + textBytes : 8;
  }
  // The one decode of the journal: the checksum says that `encodeRecord` wrote it, from an ImageRecord of this kind.
  return { record: values as unknown as ImageRecord, preimage: { position: offset, sizeBytes: end - offset }, end };
}
