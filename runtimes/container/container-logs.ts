// What a container's processes wrote, as the engine keeps it: two streams in one, in frames.

const headBytes = 8;
const errorStream = 2;

/** Standard error: frames of 8 bytes (stream, 3 zeros, length as a big-endian number) and their content. What follows a broken frame is left out. */
export function errorTextIn(frames: Uint8Array): string {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
  const contents: Buffer[] = [];
  for (let at = 0; at + headBytes <= bytes.length;) {
    const stream = bytes.readUInt8(at);
    const end = at + headBytes + bytes.readUInt32BE(at + 4);
    if (stream > errorStream || end > bytes.length) break;
    if (stream === errorStream) contents.push(bytes.subarray(at + headBytes, end));
    at = end;
  }
  return Buffer.concat(contents).toString("utf8");
}
