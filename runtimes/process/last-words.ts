// What a node process writes on its standard error: kept in part for the record of its end, handed on by lines. For node processes.
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

const keptCharacters = 4_096;
/** A line longer than this is handed on in pieces. */
const lineCharacters = 16_384;

export class LastWords {
  readonly #stream: Readable;
  readonly #line: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #ended: Promise<void>;
  #kept = "";
  #unfinished = "";

  constructor(stream: Readable, line: (line: string) => void) {
    this.#stream = stream;
    this.#line = line;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    stream.on("data", (chunk: Buffer) => this.#heard(this.#decoder.write(chunk)));
    // Its end, also by trouble: there is nothing more to hear.
    stream.on("error", () => resolve());
    stream.on("close", () => resolve());
  }

  /** The last 4,096 characters, once the stream has ended or the limit has passed; it is closed then. */
  async within(limitMs: number): Promise<string> {
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(() => limit.resolve(), limitMs);
    await Promise.race([this.#ended, limit.promise]);
    clearTimeout(timer);
    this.#stream.destroy();
    if (this.#unfinished !== "") this.#line(this.#unfinished);
    this.#unfinished = "";
    return this.#kept;
  }

  #heard(text: string): void {
    this.#kept = (this.#kept + text).slice(-keptCharacters);
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    if (this.#unfinished.length <= lineCharacters) return;
    this.#line(this.#unfinished);
    this.#unfinished = "";
  }
}
