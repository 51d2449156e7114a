// The definition of linearizability for objects that may choose, written down: every order and every choice is tried. For tests.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Random } from "../../harness/random.ts";
import type { NondeterministicModel } from "./nondeterministic.ts";

/** Shares nothing with the power set construction: one state at a time. Exponential; for about ten operations. */
export function isExplained<S, I extends Input, O extends Json>(
  model: Pick<NondeterministicModel<S, I, O>, "initial" | "steps" | "stateKey">,
  history: readonly Operation<I, O>[],
): boolean {
  const operations = history.filter(({ type }) => type !== "fail");
  const failed = new Set<string>();

  function canFinish(done: number, state: S): boolean {
    const missing = operations.filter((_, position) => (done & (1 << position)) === 0);
    if (missing.every(({ type }) => type !== "ok")) return true;
    const situation = `${done} ${typeof state} ${model.stateKey === undefined ? String(state) : model.stateKey(state)}`;
    if (failed.has(situation)) return false;
    const firstCompletion = Math.min(...missing.map(({ completedIndex }) => completedIndex));
    for (const [position, { type, input, output, invokedIndex }] of operations.entries()) {
      const bit = 1 << position;
      if ((done & bit) !== 0 || invokedIndex > firstCompletion) continue;
      const following = model.steps(state, input, type === "ok" ? output : undefined);
      if (following.some((next) => canFinish(done | bit, next))) return true;
      // Of unknown outcome: it may also have had no effect, for good.
      if (type === "info" && canFinish(done | bit, state)) return true;
    }
    failed.add(situation);
    return false;
  }

  return model.initial.some((state) => canFinish(0, state));
}

export type LetterInput = { readonly f: "a" } | { readonly f: "b" } | { readonly f: "look" };

/** A random automaton of four states. Letters answer 0 or 1 and may lead anywhere; looking answers half of which pair of states it is and changes nothing. */
export function randomAutomaton(random: Random): NondeterministicModel<number, LetterInput, number> {
  const following = new Map<string, readonly number[]>();
  for (const letter of ["a", "b"])
    for (const state of [0, 1, 2, 3])
      for (const output of [0, 1]) {
        const reached = [0, 1, 2, 3].filter(() => random.chance(0.2, "arrow"));
        // Something can always be answered.
        following.set(`${letter}${state}${output}`, output === 0 && reached.length === 0 ? [random.below(4, "arrow")] : reached);
      }
  const after = (state: number, letter: string, output: number): readonly number[] => following.get(`${letter}${state}${output}`) ?? [];
  return {
    name: "automaton",
    initial: [0, 2],
    steps(state, input, output) {
      if (input.f === "look") return output === undefined || output === state >> 1 ? [state] : [];
      return output === undefined ? [...after(state, input.f, 0), ...after(state, input.f, 1)] : after(state, input.f, output);
    },
    isReadOnly: (input) => input.f === "look",
    describeOperation: (input) => input.f,
    describeState: String,
  };
}
