// A finding as a picture: clients side by side, operations as bars in the order of real time, faults as bands behind them,
// and the answer that cannot be with a mark, a word and a thicker border. Works without JavaScript, prints, and scales.
import type { FaultInterval } from "../fault-intervals.ts";
import { inForce } from "../fault-intervals.ts";
import { windowOf, type Finding } from "../findings.ts";
import { visible } from "../visible.ts";
import { counted, listed, moment } from "../words.ts";
import { markup, type Markup } from "./markup.ts";
import { sequenceLayout, type SequenceLayout } from "./sequence-layout.ts";

const drawnLimit = 24;
const bandLimit = 5;
const rowHeight = 42;
const top = 52;
const axisWidth = 78;
const barWidth = 16;
const characterWidth = 7.3;
const lineHeight = 13;

/** Undefined: the finding has nothing with a time. */
export function sequenceDiagram(finding: Finding, intervals: readonly FaultInterval[]): Markup | undefined {
  const window = windowOf(finding);
  if (window === undefined) return undefined;
  const operations = finding.operations.slice(0, drawnLimit);
  const faults = inForce(intervals, window).slice(0, bandLimit);
  const layout = sequenceLayout({ operations, facts: finding.facts.slice(0, drawnLimit), faults });
  const size = sizeOf(layout);
  const hiddenCount = finding.operations.length - operations.length;
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Sequence diagram"><svg class="diagram" xmlns="http://www.w3.org/2000/svg" role="img" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">
<title>${finding.title}: ${finding.explanation}</title>
${bands(layout, size)}${axis(layout, size)}${lanes(layout, size)}${arrows(layout, size)}${bars(layout, size, finding.marked)}${points(layout, size)}
</svg></div>${hiddenCount > 0 ? markup`<p class="quiet">${counted(hiddenCount, "more operation")} in the table.</p>` : undefined}`;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly laneWidth: number;
  readonly captionLength: number;
  readonly gutter: number;
}

function sizeOf(layout: SequenceLayout): Size {
  const captions = [
    ...layout.bars.flatMap(({ operation }) => [`#${operation.id} ${operation.text}`, operation.result]),
    ...layout.points.map(({ fact }) => `${fact.kind} ${fact.text}`),
  ];
  const longest = Math.max(12, ...captions.map((caption) => caption.length));
  const captionLength = Math.min(longest, layout.lanes.length <= 3 ? 40 : 26);
  const laneWidth = Math.round(captionLength * characterWidth) + barWidth + 28;
  const gutter = layout.bands.length === 0 ? 8 : Math.max(...layout.bands.map((band) => bandLabel(band.fault).length)) * characterWidth + 20;
  return {
    width: Math.round(axisWidth + laneWidth * layout.lanes.length + gutter),
    height: top + layout.rowCount * rowHeight + 8,
    laneWidth,
    captionLength,
    gutter,
  };
}

function laneX(lane: number, size: Size): number {
  return axisWidth + lane * size.laneWidth + 16;
}

function rowY(row: number): number {
  return top + (row - 0.5) * rowHeight;
}

function bands(layout: SequenceLayout, size: Size): Markup[] {
  const labelRows = new Map<number, number>();
  return layout.bands.map(({ fault, fromRow, toRow }) => {
    const [from, to] = [fromRow === 0 ? top - 18 : rowY(fromRow), toRow === layout.rowCount ? size.height - 2 : rowY(toRow)];
    const stacked = labelRows.get(from) ?? 0;
    labelRows.set(from, stacked + 1);
    const label = bandLabel(fault);
    return markup`<g><rect class="band" x="${axisWidth - 6}" y="${from}" width="${size.width - axisWidth + 2}" height="${Math.max(4, to - from)}"></rect><text x="${size.width - 8}" y="${from + 13 + stacked * lineHeight}" text-anchor="end">${label}<title>${label}: ${moment(fault.fromNs)} to ${moment(fault.toNs)}</title></text></g>\n`;
  });
}

function bandLabel(fault: FaultInterval): string {
  return `⚡ ${cut(`${fault.kind} ${listed(fault.victims)}`.trim(), 26)}`;
}

function axis(layout: SequenceLayout, size: Size): Markup[] {
  const shown = layout.moments.filter((entry, index) => moment(entry.timeNs) !== moment(layout.moments[index - 1]?.timeNs ?? -1));
  return shown.map(
    ({ timeNs, row }) =>
      markup`<line class="tick" x1="${axisWidth - 8}" y1="${rowY(row)}" x2="${size.width - size.gutter}" y2="${rowY(row)}" stroke-dasharray="1 5"></line><text class="soft" x="${axisWidth - 12}" y="${rowY(row) + 4}" text-anchor="end">${moment(timeNs)}</text>\n`,
  );
}

function lanes(layout: SequenceLayout, size: Size): Markup[] {
  return layout.lanes.map((lane, index) => {
    const x = laneX(index, size);
    return markup`<text class="lane-name" x="${x - barWidth / 2}" y="16">${cut(lane.name, 20)}</text><text class="soft" x="${x - barWidth / 2}" y="31">${cut(lane.detail, 20)}</text><line class="lane" x1="${x}" y1="${top - 12}" x2="${x}" y2="${size.height - 4}"></line>\n`;
  });
}

function arrows(layout: SequenceLayout, size: Size): Markup[] {
  return layout.precedence.flatMap(([a, b]) => {
    const [first, second] = [layout.bars[a], layout.bars[b]];
    if (first === undefined || second === undefined) return [];
    const [x1, y1, x2, y2] = [laneX(first.lane, size), rowY(first.toRow), laneX(second.lane, size), rowY(second.fromRow)];
    const side = x2 > x1 ? -1 : 1;
    const end = x2 + (side * barWidth) / 2;
    return markup`<g><title>#${first.operation.id} was over before #${second.operation.id} began</title><path class="precedes" d="M ${x1} ${y1} C ${x1} ${y1 + 20}, ${end + side * 30} ${y2 - 10}, ${end} ${y2}"></path><path class="head" d="M ${end} ${y2} l ${side * 7} -4 l 0 8 z"></path></g>\n`;
  });
}

function bars(layout: SequenceLayout, size: Size, marked: ReadonlySet<number>): Markup[] {
  return layout.bars.map(({ operation, lane, fromRow, toRow, isOpen }) => {
    const isMarked = marked.has(operation.id);
    const [x, y, height] = [laneX(lane, size), rowY(fromRow), rowY(toRow) - rowY(fromRow)];
    const end = isOpen ? "never completed" : operation.type === "ok" ? "" : operation.type === "fail" ? "failed: no effect" : "nobody can tell";
    const lines = [cut(`#${operation.id} ${operation.text}`, size.captionLength), cut(operation.result || end, size.captionLength)].filter(
      (line) => line !== "",
    );
    const flag = markup`<text class="flag" x="${x + barWidth}" y="${y + 11 + lines.length * lineHeight}">✗ impossible</text>`;
    return markup`<g><title>${describe(operation)}</title><rect class="bar ${isMarked ? "impossible" : operation.type}" x="${x - barWidth / 2}" y="${y}" width="${barWidth}" height="${height}" rx="3"></rect>${lines.map((line, index) => markup`<text x="${x + barWidth}" y="${y + 11 + index * lineHeight}">${line}</text>`)}${isMarked ? flag : undefined}</g>\n`;
  });
}

function describe(operation: Finding["operations"][number]): string {
  const until = operation.completedNs === null ? "never completed" : `to ${moment(operation.completedNs)}`;
  return `#${operation.id} by client p${operation.process}: ${operation.text} ${operation.result} (${operation.type}), ${moment(operation.invokedNs)} ${until}`;
}

function points(layout: SequenceLayout, size: Size): Markup[] {
  return layout.points.map(({ fact, lane, row }) => {
    const [x, y] = [laneX(lane, size), rowY(row)];
    return markup`<g><title>${fact.kind} ${fact.text} at ${moment(fact.timeNs)}</title><circle class="fact" cx="${x}" cy="${y}" r="6"></circle><text x="${x + barWidth}" y="${y}">${cut(fact.kind, size.captionLength)}</text><text class="soft" x="${x + barWidth}" y="${y + lineHeight}">${cut(fact.text, size.captionLength)}</text></g>\n`;
  });
}

function cut(text: string, length: number): string {
  const shown = visible(text, 1000);
  return shown.length > length ? `${shown.slice(0, length - 1)}…` : shown;
}
