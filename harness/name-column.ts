// A column of names of which few are different: four bytes each. Pure. For histories and scripts in memory.

export class NameColumn<Name extends string = string> {
  readonly #names: Name[] = [];
  readonly #codes = new Map<Name, number>();
  #column: Uint32Array = new Uint32Array(256);
  #count = 0;

  push(name: Name | undefined): void {
    if (this.#count === this.#column.length) this.#grow();
    this.#column[this.#count++] = name === undefined ? 0 : this.#codeOf(name);
  }

  /** undefined: none was given, or there is no such position. */
  at(position: number): Name | undefined {
    if (position >= this.#count) return undefined;
    const code = this.#column[position] ?? 0;
    return code === 0 ? undefined : this.#names[code - 1];
  }

  /** From 1 on; 0 stands for none. */
  #codeOf(name: Name): number {
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.#names.push(name);
      this.#codes.set(name, code);
    }
    return code;
  }

  #grow(): void {
    const column = this.#column;
    this.#column = new Uint32Array(column.length * 2);
    this.#column.set(column);
  }
}
