// Mutants of register-zones-clusters.ts; they are loaded through all files of the monitor of registers.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesClustersMutations: readonly Mutation[] = [
  {
    rule: "a value is written once",
    replace: "if (writers[value] !== none) return",
    by: "if (false) return",
  },
  {
    rule: "a refused compare-and-set writes nothing",
    replace: "if (output === false) this.#refusals.push(position);",
    by: "if (output === false) this.#produced[position] = this.#idOf(input.to);",
  },
  {
    rule: "a refused compare-and-set is looked at",
    replace: "this.#kinds[position] = output === false ? kind.refusal : kind.cas;",
    by: "this.#kinds[position] = output === false ? kind.ignored : kind.cas;",
  },
  {
    rule: "every delete makes an absence of its own",
    replace: "this.#produced[position] = this.#ids.size + index;",
    by: "this.#produced[position] = this.#ids.size;",
  },
  {
    rule: "nothing is loose before the first delete",
    replace: "if (this.#initial === null && (this.#ends[position] ?? 0) < this.#firstDelete) continue;",
    by: "",
  },
  {
    rule: "what is read after a delete may be its absence",
    replace: "(this.#ends[position] ?? 0) < this.#firstDelete",
    by: "true",
  },
  {
    rule: "all absences look the same",
    replace: "value < this.#ids.size ? value : absence",
    by: "value",
  },
];
