// The evidence of many judges in one list, each piece once. For the judge.
import type { Evidence } from "./verdict.ts";

export class EvidenceList {
  readonly #all: Evidence[] = [];
  readonly #positions = new Map<Evidence, number>();

  constructor(first: readonly Evidence[]) {
    this.add(first);
  }

  get all(): readonly Evidence[] {
    return this.#all;
  }

  /** Answers the positions; a piece that is already there keeps its own. */
  add(pieces: readonly Evidence[]): readonly number[] {
    return pieces.map((piece) => {
      const known = this.#positions.get(piece);
      if (known !== undefined) return known;
      this.#positions.set(piece, this.#all.length);
      return this.#all.push(piece) - 1;
    });
  }
}
