// Columns of text that line up. For terminals and plain files.

export interface TableOptions {
  readonly indent?: string;
  /** Positions of the columns that are numbers. */
  readonly rightAligned?: readonly number[];
}

/** Rows as lines; the first row is the heading. Columns are two spaces apart, lines have no spaces at their end. */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columnCount }, (_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  const right = new Set(options.rightAligned);
  return rows.map((row) =>
    `${options.indent ?? ""}${widths.map((columnWidth, column) => padded(row[column] ?? "", columnWidth, right.has(column))).join("  ")}`.trimEnd(),
  );
}

function padded(text: string, columnWidth: number, isRight: boolean): string {
  const gap = " ".repeat(columnWidth - width(text));
  return isRight ? gap + text : text + gap;
}

function width(text: string): number {
  return Array.from(text).length;
}
