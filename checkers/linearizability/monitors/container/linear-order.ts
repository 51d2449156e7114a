// Operations put down at points of time, read in order. For monitors that build linearizations.

export class LinearOrder {
  readonly #points: number[] = [];
  readonly #positions: number[] = [];
  readonly #pointCount: number;

  /** For the points 0 ... pointCount; the last one is the end of time. */
  constructor(pointCount: number) {
    this.#pointCount = pointCount;
  }

  /** After everything that was put down at this point before. */
  append(point: number, position: number): void {
    this.#points.push(point);
    this.#positions.push(position);
  }

  /** Counting sort, O(points + operations). */
  positions(): number[] {
    const next = new Int32Array(this.#pointCount + 2);
    for (const point of this.#points) next[point + 1]!++; // points are in bounds
    for (let point = 0; point <= this.#pointCount; point++) next[point + 1]! += next[point]!;
    const order = new Int32Array(this.#positions.length);
    for (let index = 0; index < order.length; index++) order[next[this.#points[index]!]!++] = this.#positions[index]!;
    return [...order];
  }
}
