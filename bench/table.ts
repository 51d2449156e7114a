// Tables of measured figures, as Markdown that is readable in a terminal too. For the benchmarks.

/** Rows under a title; the first column to the left, figures to the right. */
export class Table {
  readonly #title: string;
  readonly #rows: (readonly string[])[];

  constructor(title: string, columns: readonly string[]) {
    this.#title = title;
    this.#rows = [columns];
  }

  add(...cells: readonly string[]): void {
    this.#rows.push(cells);
  }

  print(): void {
    const [header = []] = this.#rows;
    const widths = header.map((_, column) => Math.max(3, ...this.#rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
      `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? "").padEnd(width) : (cells[column] ?? "").padStart(width))).join(" | ")} |`;
    const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
    console.log(`\n### ${this.#title}\n\n${[line(header), rule, ...this.#rows.slice(1).map(line)].join("\n")}`);
  }
}

/** Notes whether a figure keeps its limit; one that does not makes the benchmark fail (exit 1). */
export function within(value: number, limit: number): string {
  if (value <= limit) return "kept";
  process.exitCode = 1;
  return "MISSED";
}

/** Three significant digits at most: `0.031`, `4.6`, `260`. */
export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
