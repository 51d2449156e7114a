// A whole history in a few bytes an operation: columns of variable-length integers, deflated, base64. The page's script
// (`script-data.ts`) reads it. A million operations are about six megabytes; as JSON lines they would be a hundred.
import type { Operation, OutcomeType, Phase } from "../../harness/operation.ts";
import { inputText, resultText } from "../operation-text.ts";
import { visible } from "../visible.ts";

/** Read by the page: what the numbers in the columns mean. */
export interface PackedOperations {
  readonly count: number;
  /** `f` of the operations, as indexed by the column `f`. */
  readonly functions: readonly string[];
  readonly nodes: readonly string[];
  /** Every distinct text of an input or a result, deflated JSON in base64. */
  readonly texts: string;
  /** Columns start, duration, process, f, type, phase, node, input, result, one after the other, deflated, base64. */
  readonly columns: string;
}

const types: readonly OutcomeType[] = ["ok", "fail", "info"];
/** As indexed by the column `phase`. */
export const phases: readonly Phase[] = ["warm-up", "faults", "core-liveness", "final"];

/** In order of invocation; times in whole microseconds. An operation that never completed has duration 0, all others their duration plus 1. */
export async function packOperations(operations: readonly Operation[]): Promise<PackedOperations> {
  const functions = new Dictionary();
  const nodes = new Dictionary();
  const texts = new Dictionary();
  const writer = new VarintWriter(operations.length * 12);
  let previousUs = 0;
  for (const operation of operations) {
    const startUs = Math.round(operation.invokedNs / 1000);
    writer.signed(startUs - previousUs);
    previousUs = startUs;
  }
  for (const { invokedNs, completedNs } of operations)
    writer.unsigned(Number.isFinite(completedNs) ? Math.max(0, Math.round((completedNs - invokedNs) / 1000)) + 1 : 0);
  for (const { process } of operations) writer.signed(process);
  for (const { input } of operations) writer.unsigned(functions.indexOf(input.f));
  for (const { type } of operations) writer.unsigned(types.indexOf(type));
  for (const { phase } of operations) writer.unsigned(phases.indexOf(phase));
  for (const { node } of operations) writer.unsigned(nodes.indexOf(node ?? ""));
  for (const { input } of operations) writer.unsigned(texts.indexOf(inputText(input)));
  for (const operation of operations) writer.unsigned(texts.indexOf(resultText(operation)));
  return {
    count: operations.length,
    functions: functions.words.map((word) => visible(word)),
    nodes: nodes.words.map((word) => visible(word)),
    texts: await deflated(new TextEncoder().encode(JSON.stringify(texts.words))),
    columns: await deflated(writer.bytes()),
  };
}

class Dictionary {
  readonly words: string[] = [];
  readonly #positions = new Map<string, number>();

  indexOf(word: string): number {
    const known = this.#positions.get(word);
    if (known !== undefined) return known;
    const position = this.words.length;
    this.#positions.set(word, position);
    this.words.push(word);
    return position;
  }
}

/** LEB128, little end first; negative numbers zigzag. Values up to 2^53. */
class VarintWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(Math.max(64, expectedBytes));
  }

  signed(value: number): void {
    this.unsigned(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  unsigned(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow();
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return base64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** In pieces, since a call takes only so many arguments. Pieces are multiples of three bytes, so that they can be joined. */
function base64(bytes: Uint8Array): string {
  const pieceBytes = 3 * 8192;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + pieceBytes))));
  return pieces.join("");
}
