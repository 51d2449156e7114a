// One history before all judges: brute force has the truth, and every algorithm must agree with it or say that it cannot tell.
import { isLinearizableByBruteForce } from "../checkers/linearizability/brute-force.ts";
import { faultOfLinearization } from "../checkers/linearizability/certificate.ts";
import { Decider } from "../checkers/linearizability/decision.ts";
import { JustInTimeSearch } from "../checkers/linearizability/just-in-time/just-in-time-search.ts";
import type { Model, Monitor } from "../checkers/linearizability/model.ts";
import { partitionsOf } from "../checkers/linearizability/partition.ts";
import { searchPlainly } from "../checkers/linearizability/search/plain-search.ts";
import { ReducedSearch } from "../checkers/linearizability/search/reduced-search.ts";
import type { SearchAnswer } from "../checkers/linearizability/search/search.ts";
import { minimalWitness } from "../checkers/linearizability/witness.ts";
import { stepLimits } from "../harness/checker.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { faultOfOnline } from "./linearizability-fuzz-online.ts";
import { faultOfPartial } from "./linearizability-fuzz-partial.ts";
import { faultOfWitness, until } from "./linearizability-fuzz-witness.ts";

/** What one algorithm said of one history. `fault`: it crashed, gave a wrong certificate, or did not come to an end. */
export interface Opinion {
  readonly by: string;
  readonly word: "valid" | "invalid" | "unknown" | "inapplicable" | "fault";
  readonly fault?: string;
}

export interface Judged {
  readonly isValid: boolean;
  readonly opinions: readonly Opinion[];
}

/** The plain search may give up after so many steps: it is exponential where the others are not. */
const plainSteps = 3_000;
/** So may the breadth-first search, which keeps every order in which a dozen lost enqueues can have happened. */
const breadthFirstSteps = 50_000;
/** The others never need so many for a dozen operations. */
const maximalSteps = 1_000_000;

type Operations<I extends Input, O extends Json> = readonly Operation<I, O>[];
type Ask<I extends Input, O extends Json> = (operations: Operations<I, O>) => SearchAnswer | { readonly verdict: "inapplicable" };

/** Judges of one model, with the same buffers for all histories: what one history leaves behind must not disturb the next. */
export class Trial<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #search: ReducedSearch<S, I, O>;
  readonly #justInTime: JustInTimeSearch<S, I, O>;
  readonly #decider: Decider<S, I, O>;

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#search = new ReducedSearch(model);
    this.#justInTime = new JustInTimeSearch(model);
    this.#decider = new Decider(model);
  }

  /** Of the two kinds of just-in-time search, a history meets one, by its length. `isThorough`: both, and the searches with operations that cannot matter, the witness, the first impossible completion and the online checker. */
  judge(operations: Operations<I, O>, isThorough: boolean): Judged {
    const isValid = isLinearizableByBruteForce(this.#model, operations);
    const parts = partitionsOf(this.#model, operations).map((part) => part.operations);
    const opinions = [
      this.#opinion("depth-first search", parts, (part) => this.#depthFirst(part, false)),
      this.#opinion("depth-first search with classes", parts, (part) => this.#depthFirst(part, true)),
      ...this.#justInTimeOpinions(parts, isThorough ? [false, true] : [operations.length % 2 === 0]),
      this.#portfolio(operations),
      ...(this.#model.monitors ?? []).map((monitor) => this.#opinion(monitor.name, parts, (part) => monitor.decide(part))),
    ];
    // It knows no completions of indeterminate operations.
    if (!operations.some(isMaybe)) opinions.push(this.#opinion("plain search", parts, (part) => searchPlainly(this.#model, part, budgetOf(plainSteps))));
    if (isThorough) opinions.push(...this.#thorough(operations, isValid));
    return { isValid, opinions };
  }

  #thorough(operations: Operations<I, O>, isValid: boolean): Opinion[] {
    // One object is one part, with all that partitionsOf may leave out. Observers of unknown outcome have no place in monitors.
    const all = [operations.filter(({ type }) => type !== "fail")];
    const given = [operations.filter(({ type, input }) => type === "ok" || (type === "info" && this.#model.isReadOnly?.(input, undefined) !== true))];
    const opinions = [
      this.#opinion("depth-first search of everything", all, (part) => this.#depthFirst(part, true)),
      this.#opinion("just-in-time search of everything", all, (part) => this.#breadthFirst(part, true)),
      ...(this.#model.monitors ?? []).map((monitor: Monitor<I, O>) => this.#opinion(`${monitor.name}, of everything`, given, (part) => monitor.decide(part))),
      guarded("online checker", () => faultOfOnline(this.#model, operations, isValid)),
    ];
    if (!isValid)
      opinions.push(
        guarded("first impossible completion", () => this.#faultOfMoment(operations)),
        guarded("witness", () => this.#faultOfWitness(operations)),
        guarded("longest partial of the depth-first search", () => faultOfPartial(this.#model, operations, this.#search)),
        guarded("longest partial of the just-in-time search", () => faultOfPartial(this.#model, operations, this.#justInTime)),
      );
    return opinions;
  }

  #justInTimeOpinions(parts: readonly Operations<I, O>[], kinds: readonly boolean[]): Opinion[] {
    return kinds.map((withClasses) =>
      this.#opinion(`just-in-time search${withClasses ? " with classes" : ""}`, parts, (part) => this.#breadthFirst(part, withClasses)),
    );
  }

  #depthFirst(operations: Operations<I, O>, withClasses: boolean): SearchAnswer {
    return this.#search.run(operations, budgetOf(maximalSteps), { withClasses });
  }

  #breadthFirst(operations: Operations<I, O>, withClasses: boolean): SearchAnswer {
    return this.#justInTime.run(operations, budgetOf(breadthFirstSteps), { withClasses });
  }

  #portfolio(operations: Operations<I, O>): Opinion {
    return guarded("portfolio", () => this.#decider.decide(partitionsOf(this.#model, operations), stepLimits(maximalSteps)).verdict);
  }

  /** The word on a history of several parts; the linearizations of all of them are replayed. */
  #opinion(by: string, parts: readonly Operations<I, O>[], ask: Ask<I, O>): Opinion {
    return guarded(by, () => {
      let word: Opinion["word"] = "valid";
      for (const part of parts) {
        const answer = ask(part);
        if (answer.verdict === "invalid") return "invalid";
        if (answer.verdict !== "valid") word = answer.verdict;
        const fault = answer.verdict === "valid" ? faultOfLinearization(this.#model, part, answer.order) : undefined;
        if (fault !== undefined) return { fault };
      }
      return word;
    });
  }

  #faultOfMoment(operations: Operations<I, O>): Fault | "invalid" | "inapplicable" {
    const part = operations.filter(({ type }) => type !== "fail");
    const answer = this.#breadthFirst(part, true);
    if (answer.verdict === "unknown" || (answer.verdict === "invalid" && answer.impossibleAt === undefined)) return "inapplicable";
    if (answer.verdict !== "invalid" || answer.impossibleAt === undefined) return { fault: `no moment in ${JSON.stringify(answer)}` };
    const moment = part[answer.impossibleAt]?.completedIndex ?? Infinity;
    if (isLinearizableByBruteForce(this.#model, until(part, moment))) return { fault: `the history is still possible at ${moment}` };
    if (!isLinearizableByBruteForce(this.#model, until(part, moment - 0.5))) return { fault: `the history is impossible before ${moment}` };
    return "invalid";
  }

  #faultOfWitness(operations: Operations<I, O>): Fault | "invalid" {
    const limits = stepLimits(maximalSteps);
    const [decider, model] = [this.#decider, this.#model];
    const { answer, operations: asked } = decider.decideSome(
      operations.filter(({ type }) => type !== "fail"),
      limits,
      8,
    );
    if (answer.verdict !== "invalid") return { fault: `an impossible history is ${answer.verdict} for those who take it apart` };
    const witness = minimalWitness({ model, decider, operations: asked, suspects: answer.suspects, limits });
    const fault = witness === undefined ? "none was found" : faultOfWitness(model, witness);
    return fault === undefined ? "invalid" : { fault };
  }
}

interface Fault {
  readonly fault: string;
}

/** A crash is an opinion too. */
function guarded(by: string, ask: () => Opinion["word"] | Fault): Opinion {
  try {
    const word = ask();
    return typeof word === "string" ? { by, word } : { by, word: "fault", fault: word.fault };
  } catch (error) {
    return { by, word: "fault", fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Algorithms that may give up: they are exponential where the others are not. */
const mayGiveUp = /^(plain search|just-in-time search|online checker)/;

/** Whether an opinion contradicts the truth. */
export function isWrong({ by, word }: Opinion, isValid: boolean): boolean {
  if (word === "inapplicable") return false;
  if (word === "unknown") return !mayGiveUp.test(by);
  return word !== (isValid ? "valid" : "invalid");
}

function budgetOf(maxSteps: number): { readonly maxSteps: number; readonly limits: ReturnType<typeof stepLimits> } {
  return { maxSteps, limits: stepLimits(maximalSteps * 10) };
}

function isMaybe({ type, completedIndex }: Operation): boolean {
  return type === "info" && completedIndex !== Infinity;
}
