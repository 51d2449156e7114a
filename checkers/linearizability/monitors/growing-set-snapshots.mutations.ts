// The rules of growing sets, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const growingSetSnapshotsMutations: readonly Mutation[] = [
  {
    rule: "reads of unknown outcome say nothing",
    replace: 'else if (type === "ok") this.#reads.push(position);',
    by: "else this.#reads.push(position);",
    equivalent: "observers of unknown outcome are left out before",
  },
  {
    rule: "of the completed adds of an element the one that ends first counts",
    replace: "(first === -1 || this.#ends[position]! < this.#ends[first]!)",
    by: "(true)",
  },
  {
    rule: "only completed adds have to be seen",
    replace: 'if (this.#operations[position]?.type === "ok" && (first',
    by: "if ((first",
  },
  {
    rule: "an element may be added again",
    replace: "} else this.#nextAdd[lastAdd[number]!] = position;",
    by: "} else lastAdd[number] = position;",
  },
  {
    rule: "an element that was added before a read must be in it",
    replace: "if (this.#shownBy[number] !== place) return [add, position, ...this.#proof];",
    by: "",
  },
  {
    rule: "an element that was not yet added may be missing",
    replace: "|| this.#ends[add]! >= moment) break;",
    by: ") break;",
  },
  {
    rule: "reads come in order of size",
    replace: "return Array.from(placesInOrder(sizes), (place) => this.#reads[place]!);",
    by: "return this.#reads;",
  },
  {
    rule: "what is read was added",
    replace: "if (number === undefined) return [position];",
    by: "if (number === undefined) continue;",
  },
  {
    rule: "an element is shown once",
    replace: "if (shownBy === place) return [position];",
    by: "if (shownBy === place) continue;",
  },
  {
    rule: "a read contains the one before",
    replace: "if (before !== undefined && repeated !== this.#listOf(before).length) return [before, position];",
    by: "",
  },
  {
    rule: "only what the read before showed is repeated",
    replace: "else if (shownBy === place - 1) repeated++;",
    by: "else repeated++;",
    equivalent: "whatever was shown was shown by the read before too, or that one would have been accused",
  },
  {
    rule: "a read has ended before its moment only in vain",
    replace: "if (this.#ends[position]! < this.#starts[this.#now]!) return [position, ...this.#proof];",
    by: "",
  },
  {
    rule: "a read is not put before it began",
    replace: "if (read > this.#now) this.#become(read, [read]);",
    by: "",
  },
  {
    rule: "a read is not put before what it shows came in",
    replace: "if (moment > this.#now) this.#become(moment,",
    by: "if (false) this.#become(moment,",
  },
  {
    rule: "an add that was over is not used",
    replace: "while (add !== -1 && this.#ends[add]! < over)",
    by: "while (false)",
  },
  {
    rule: "the first add that is not over is used",
    replace: "add = this.#nextAdd[add]!;",
    by: "add = -1;",
  },
  {
    rule: "without an add in time nothing comes in",
    replace: "if (add === -1) return [read, ...proof];",
    by: "if (add === -1) continue;",
  },
  {
    rule: "an element comes in after the read before the first that shows it",
    replace: "const moment = Math.max(add, before);",
    by: "const moment = add;",
  },
  {
    rule: "adds that nobody needed come after the element is in",
    replace: "this.#moments.push(Math.max(position, enteredAt === -1 ? this.#now : enteredAt));",
    by: "this.#moments.push(position);",
  },
  {
    rule: "adds that nobody saw come after all reads",
    replace: "enteredAt === -1 ? this.#now : enteredAt",
    by: "enteredAt",
  },
  {
    rule: "adds of unknown outcome that nobody needed did not happen",
    replace: '|| type !== "ok" || this.#enteredWith',
    by: "|| this.#enteredWith",
  },
];
