// What the nodes of one run wrote and what became of them, `logs/NODE.log`, a line each. For the cluster, its machines and people.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { NodeName } from "../../../harness/operation.ts";
import type { LogLine } from "../../../harness/runtime.ts";

/** A node that writes more than this in one run is cut short in its file; the harness still gets every line. */
const defaultSizeLimitBytes = 32 * 1_024 * 1_024;

export interface NodeLogsOptions {
  /** Folder of the run; `logs` is made in it. */
  readonly directory: string;
  readonly nodes: readonly NodeName[];
  readonly sizeLimitBytes?: number;
}

/**
 * One file a node. A line: seconds since the start, incarnation, level, message, data as JSON; line ends in messages are
 * escaped. Written at once: what the harness read before it was killed is there.
 */
export class NodeLogs {
  readonly #files: ReadonlyMap<NodeName, { readonly descriptor: number; leftBytes: number }>;
  #isOpen = true;

  constructor({ directory, nodes, sizeLimitBytes = defaultSizeLimitBytes }: NodeLogsOptions) {
    const folder = join(directory, "logs");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#files = new Map(nodes.map((node) => [node, { descriptor: openSync(join(folder, `${node}.log`), "a", 0o600), leftBytes: sizeLimitBytes }]));
  }

  add({ node, timeNs, incarnation, level, message, data }: LogLine): void {
    const detail = data === undefined ? "" : ` ${JSON.stringify(data)}`;
    this.#write(node, `${(timeNs / 1e9).toFixed(6)} #${incarnation} ${level} ${escaped(message)}${detail}\n`);
  }

  /** Idempotent. What comes later is dropped. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { descriptor } of this.#files.values()) closeSync(descriptor);
  }

  #write(node: NodeName, line: string): void {
    const file = this.#files.get(node);
    if (!this.#isOpen || file === undefined || file.leftBytes === 0) return;
    const bytes = Buffer.from(line, "utf8");
    const hasRoom = bytes.length <= file.leftBytes;
    file.leftBytes = hasRoom ? file.leftBytes - bytes.length : 0;
    const text = hasRoom ? bytes : Buffer.from("... the log ends here: it reached its limit\n");
    try {
      for (let written = 0; written < text.length;) written += writeSync(file.descriptor, text, written);
    } catch {
      // A full disk costs the log its end, not the run its verdict.
      file.leftBytes = 0;
    }
  }
}

function escaped(message: string): string {
  return message.replaceAll("\\", "\\\\").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}
