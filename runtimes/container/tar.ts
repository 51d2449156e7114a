// Writes tar archives (POSIX pax), a stream of bytes: what a container engine takes as a base image or as the context of a build.
import { createReadStream, readFileSync } from "node:fs";

/** Paths are relative to the archive's root, with `/`. Everything belongs to root and dates from 1970, so that equal contents give equal bytes. */
export type TarEntry =
  | { readonly kind: "folder"; readonly path: string; readonly mode: number }
  | { readonly kind: "text"; readonly path: string; readonly mode: number; readonly text: string }
  /** The content of a file on this machine. `sizeBytes` is written before the content: a file that has another size by then is an error. */
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly source: string; readonly sizeBytes: number }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

const blockBytes = 512;
/** Smaller files are read at once: opening a stream for each costs twenty times as much as reading it. */
const pieceBytes = 1024 * 1024;

/** The archive in pieces, files read as it goes: memory stays at one piece. @throws Error when a file cannot be read or changed its size */
export async function* tarOf(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  for (const entry of entries) {
    yield* headersOf(entry);
    if (entry.kind === "text") yield* padded(Buffer.from(entry.text, "utf8"));
    if (entry.kind === "file") yield* contentOf(entry);
  }
  yield Buffer.alloc(2 * blockBytes);
}

async function* contentOf({ source, sizeBytes }: Extract<TarEntry, { kind: "file" }>): AsyncGenerator<Uint8Array, void, undefined> {
  let readBytes = 0;
  for await (const bytes of piecesOf(source, sizeBytes)) {
    readBytes += bytes.length;
    if (readBytes > sizeBytes) break;
    yield bytes;
  }
  if (readBytes !== sizeBytes) throw new Error(`${source} changed while it was being packed`);
  yield Buffer.alloc(paddingOf(sizeBytes));
}

function piecesOf(source: string, sizeBytes: number): Iterable<Buffer> | AsyncIterable<Buffer> {
  return sizeBytes <= pieceBytes ? [readFileSync(source)] : createReadStream(source, { highWaterMark: pieceBytes });
}

function* padded(content: Buffer): Generator<Uint8Array, void, undefined> {
  yield content;
  yield Buffer.alloc(paddingOf(content.length));
}

function paddingOf(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** One header; before it a pax header when a name is too long or not plain ASCII. */
function* headersOf(entry: TarEntry): Generator<Uint8Array, void, undefined> {
  const path = entry.kind === "folder" ? `${entry.path}/` : entry.path;
  const target = entry.kind === "link" ? entry.target : "";
  const records = [fits(path) ? "" : paxRecord("path", path), fits(target) ? "" : paxRecord("linkpath", target)].join("");
  if (records !== "") {
    const bytes = Buffer.from(records, "utf8");
    yield header({ name: "pax", type: "x", mode: 0o644, sizeBytes: bytes.length, target: "" });
    yield* padded(bytes);
  }
  yield header({ name: path, type: typeOf[entry.kind], mode: entry.kind === "link" ? 0o777 : entry.mode, sizeBytes: sizeOf(entry), target });
}

const typeOf: Readonly<Record<TarEntry["kind"], string>> = { folder: "5", text: "0", file: "0", link: "2" };

function sizeOf(entry: TarEntry): number {
  if (entry.kind === "text") return Buffer.byteLength(entry.text, "utf8");
  return entry.kind === "file" ? entry.sizeBytes : 0;
}

function fits(name: string): boolean {
  return name.length <= 100 && /^[\x20-\x7e]*$/.test(name);
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest, "utf8");
  let total = restBytes + String(restBytes).length;
  if (String(total).length > String(restBytes).length) total++;
  return `${total}${rest}`;
}

interface Header {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly target: string;
}

/** Fields as in POSIX.1-2001, ustar: offsets 0 name, 100 mode, 108 uid, 116 gid, 124 size, 136 mtime, 148 checksum, 156 type, 157 link, 257 magic. */
function header({ name, type, mode, sizeBytes, target }: Header): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100, "latin1");
  block.write(octal(mode, 7), 100, "latin1");
  block.write(octal(0, 7), 108, "latin1");
  block.write(octal(0, 7), 116, "latin1");
  block.write(octal(sizeBytes, 11), 124, "latin1");
  block.write(octal(0, 11), 136, "latin1");
  block.write(" ".repeat(8), 148, "latin1");
  block.write(type, 156, "latin1");
  block.write(target, 157, 100, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148, "latin1");
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
