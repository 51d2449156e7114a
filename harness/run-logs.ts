// The newest log lines of each node. For people who read what a node said before it went wrong.
import type { NodeName } from "./operation.ts";
import type { LogLine } from "./runtime.ts";

/** Lines kept for each node. */
const linesPerNode = 500;

export class LogTail {
  readonly #byNode = new Map<NodeName, LogLine[]>();

  add(line: LogLine): void {
    let lines = this.#byNode.get(line.node);
    if (lines === undefined) this.#byNode.set(line.node, (lines = []));
    lines.push(line);
    // Cut only at twice the length, so that a line costs O(1) on average.
    if (lines.length >= 2 * linesPerNode) lines.splice(0, lines.length - linesPerNode);
  }

  /** All nodes together, in order of time. */
  lines(): readonly LogLine[] {
    return [...this.#byNode.values()].flatMap((lines) => lines.slice(-linesPerNode)).toSorted((a, b) => a.timeNs - b.timeNs);
  }
}
