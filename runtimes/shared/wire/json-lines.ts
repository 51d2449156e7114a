// JSON lines over a byte stream: what both ends of the control channel speak. For the control server and the node host.
import type { Json } from "../../../harness/json.ts";

/** Of one line, without its newline; the same in both directions. */
export const lineLimitBytes: number = 16 * 1_024 * 1_024;

const newline = 0x0a;

/** @throws RangeError for what does not fit into a line */
export function encodeLine(value: unknown): string {
  const line = JSON.stringify(value);
  // A character takes three bytes at most, so short lines need no counting.
  if (line.length * 3 > lineLimitBytes && Buffer.byteLength(line) > lineLimitBytes)
    throw new RangeError(`a line of ${Buffer.byteLength(line)} bytes is longer than ${lineLimitBytes}`);
  return `${line}\n`;
}

/** Cuts a byte stream into lines; keeps at most one unfinished line. */
export class LineReader {
  readonly #line: (line: Json) => void;
  #parts: Buffer[] = [];
  #sizeBytes = 0;

  constructor(line: (line: Json) => void) {
    this.#line = line;
  }

  /** Calls back for each line that ends in this chunk. @throws Error for a line that is too long or is no JSON: the stream is of no use any more */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      this.#finish();
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  #keep(part: Buffer): void {
    this.#sizeBytes += part.length;
    if (this.#sizeBytes > lineLimitBytes) throw new RangeError(`a line is longer than ${lineLimitBytes} bytes`);
    this.#parts.push(part);
  }

  #finish(): void {
    const [only, ...others] = this.#parts;
    const bytes = only === undefined || others.length > 0 ? Buffer.concat(this.#parts) : only;
    this.#parts = [];
    this.#sizeBytes = 0;
    const line: Json = JSON.parse(bytes.toString("utf8"));
    this.#line(line);
  }
}
