// A witness as a picture: one line an operation, its interval on a common axis of moments. For terminals.
import { visible } from "../../reports/index.ts";
import type { WitnessOperation } from "./part.ts";

/** Values of a history may be of any length, and hold anything. */
const maximalSentenceLength = 100;

/** Wider pictures would be wrapped by most terminals. */
const maximalMoments = 28;

/**
 * Lines without colours, in order of invocation: process, operation, interval. Moments are invocations and completions of
 * these operations, evenly spaced; `…` is an outcome that nobody knows. With too many moments: positions in the history.
 */
export function lanes(witness: readonly WitnessOperation[]): string[] {
  const sorted = witness.toSorted((one, other) => one.invoked - other.invoked);
  const moments = [...new Set(sorted.flatMap(({ invoked, completed }) => (completed === null ? [invoked] : [invoked, completed])))].toSorted(
    (one, other) => one - other,
  );
  const interval = moments.length > maximalMoments ? positions : (operation: WitnessOperation): string => bar(operation, moments);
  const named = sorted.map((operation) => ({ operation, who: nameOf(operation), what: sentence(operation) }));
  const whoWidth = Math.max(...named.map(({ who }) => who.length));
  const whatWidth = Math.max(...named.map(({ what }) => what.length));
  return named.map(({ operation, who, what }) => `${who.padEnd(whoWidth)}  ${what.padEnd(whatWidth)}  ${interval(operation)}`.trimEnd());
}

function nameOf({ process, node }: WitnessOperation): string {
  return `process ${process}${node === undefined ? "" : ` at ${visible(node, 40)}`}`;
}

function sentence({ text, result, completed }: WitnessOperation): string {
  const said = visible(result === "" ? text : `${text} ${result}`, maximalSentenceLength);
  return completed === null ? `${said} (outcome unknown)` : said;
}

function positions({ invoked, completed }: WitnessOperation): string {
  return `event ${invoked} to ${completed ?? "?"}`;
}

function bar({ invoked, completed }: WitnessOperation, moments: readonly number[]): string {
  const from = 2 * moments.indexOf(invoked);
  const to = completed === null ? 2 * moments.length : 2 * moments.indexOf(completed);
  return `${" ".repeat(from)}├${"─".repeat(to - from - 1)}${completed === null ? "…" : "┤"}`;
}
