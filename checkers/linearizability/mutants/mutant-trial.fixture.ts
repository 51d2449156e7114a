// Tells mutants from originals by random histories: a mutant is caught as soon as it contradicts brute force, gives a wrong
// certificate, crashes, does not come to an end, or declines what the original decides. For mutation tests.
import { fuzzHistory } from "../../../bench/linearizability-fuzz-history.ts";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Random } from "../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { faultOfLinearization } from "../certificate.ts";
import { everyObject } from "../simulated/every-object.ts";
import type { Model, Monitor, MonitorAnswer } from "../model.ts";
import type { Mutation } from "./mutant.ts";
import { partitionsOf } from "../partition.ts";
import { ReducedSearch } from "../search/reduced-search.ts";
import type { SearchAnswer, SearchBudget } from "../search/search.ts";
import type { SimulatedObject } from "../simulated/simulated-history.ts";

/** Histories an object, at most; spec: a broken rule shows within 5,000. */
export const historyLimit = 5_000;
/** No search needs so many for a dozen operations. */
const maximalSteps = 20_000;
/** Where there are many objects fewer histories of each are enough. */
const searchHistoryLimit = 5 * historyLimit;
/** Of those that should not be caught. */
const calmHistoryLimit = historyLimit / 20;

/** The mutants of one file. */
export interface MutantTrial {
  /** The mutated file, for people. */
  readonly file: string;
  readonly mutations: readonly Mutation[];
  /**
   * How the mutant was caught, e.g. `says valid of invalid history 17`; undefined if it was not. Without a mutation the
   * original is tried. Of those that should not be caught it is no fault to take long, and fewer histories are tried.
   */
  catchMutant(mutation: Mutation | undefined): Promise<string | undefined>;
}

const declines = "declines";
const takesLong = "comes to no end on";

interface Known<I extends Input, O extends Json> {
  readonly operations: readonly Operation<I, O>[];
  readonly isValid: boolean;
}

/** The same histories for all mutants, with the truth about each; made when first needed. */
class Histories<S, I extends Input, O extends Json> {
  readonly model: Model<S, I, O>;
  readonly #make: (index: number) => readonly Operation<I, O>[];
  readonly #known: Known<I, O>[] = [];

  constructor(model: Model<S, I, O>, make: (index: number) => readonly Operation<I, O>[]) {
    this.model = model;
    this.#make = make;
  }

  static of<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, name: string): Histories<S, I, O> {
    return new Histories(object.model, (index) => fuzzHistory(object, `mutants/${name}/${index}`));
  }

  at(index: number): Known<I, O> {
    return (this.#known[index] ??= this.#judged(index));
  }

  #judged(index: number): Known<I, O> {
    // One object is one part. Failed operations and observers of unknown outcome have no place in it.
    const operations = this.#make(index).filter(({ type, input }) => type === "ok" || (type === "info" && this.model.isReadOnly?.(input, undefined) !== true));
    return { operations, isValid: isLinearizableByBruteForce(this.model, operations) };
  }
}

export interface MonitorTrialOptions<S, I extends Input, O extends Json> {
  readonly file: string;
  readonly mutations: readonly Mutation[];
  readonly original: Monitor<I, O>;
  readonly load: (mutation: Mutation | undefined) => Promise<Monitor<I, O>>;
  /** Their histories are tried in turn. */
  readonly objects: readonly SimulatedObject<S, I, O>[];
  /** Histories besides, of the first object. */
  readonly draw?: (random: Random) => readonly Operation<I, O>[];
}

/** Of a file that a monitor is made of. */
export function monitorTrial<S, I extends Input, O extends Json>(options: MonitorTrialOptions<S, I, O>): MutantTrial {
  // The name alone, so that moving a file does not change the histories that its mutants meet.
  const seed = options.file.replace(/^.*\//, "monitors/");
  const pools = options.objects.map((object, place) => Histories.of(object, `${seed} ${place}`));
  const { draw, objects } = options;
  const model = objects[0]?.model;
  if (draw !== undefined && model !== undefined) pools.push(new Histories(model, (index) => draw(seededRandom(`mutants/${seed}/${index}`))));
  return {
    file: options.file,
    mutations: options.mutations,
    async catchMutant(mutation) {
      const mutant = await options.load(mutation);
      const limit = shouldBeCaught(mutation) ? historyLimit : calmHistoryLimit;
      for (let index = 0; index < limit; index++) {
        for (const pool of pools) {
          const known = pool.at(index);
          const fault = faultOf(pool.model, known, () => mutant.decide(known.operations));
          if (fault === declines && !shouldBeCaught(mutation) && mutation !== undefined) continue;
          if (fault === declines && options.original.decide(known.operations).verdict === "inapplicable") continue;
          if (fault !== undefined) return `${fault} history ${index}`;
        }
      }
      return undefined;
    },
  };
}

/** What all searches have in common. */
export interface SearchClass {
  new <S, I extends Input, O extends Json>(
    model: Model<S, I, O>,
  ): { run(operations: readonly Operation<I, O>[], budget: SearchBudget, options: { readonly withClasses: boolean }): SearchAnswer };
}

export interface SearchTrialOptions {
  readonly file: string;
  readonly mutations: readonly Mutation[];
  readonly load: (mutation: Mutation | undefined) => Promise<SearchClass>;
  /** They may be shared. */
  readonly pools: readonly SearchPool[];
}

/** Histories of every object, made when first needed. */
export type SearchPool = (Search: SearchClass) => (index: number) => string | undefined;

export function searchPools(names: RegExp): readonly SearchPool[] {
  return everyObject.filter(({ name }) => names.test(name)).map((named) => named.use((object) => searchPool(object, named.name)));
}

/** Of a file that a search is made of: on every object, with and without classes, with the same buffers for all histories. */
export function searchTrial(options: SearchTrialOptions): MutantTrial {
  return {
    file: options.file,
    mutations: options.mutations,
    async catchMutant(mutation) {
      const [Search, Original] = [await options.load(mutation), await options.load(undefined)];
      const judges = options.pools.map((pool) => ({ mutant: pool(Search), original: pool(Original) }));
      const limit = shouldBeCaught(mutation) ? Math.min(historyLimit, searchHistoryLimit / options.pools.length) : calmHistoryLimit / 4;
      for (let index = 0; index < limit; index++) {
        for (const { mutant, original } of judges) {
          const fault = mutant(index);
          // Some histories take long anyway.
          if (fault !== undefined && !(fault.startsWith(takesLong) && (!shouldBeCaught(mutation) || original(index) !== undefined))) return fault;
        }
      }
      return undefined;
    },
  };
}

function searchPool<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, name: string): SearchPool {
  const histories = Histories.of(object, name);
  return (Search) => {
    const search = new Search(object.model);
    return (index) => {
      const known = histories.at(index);
      for (const withClasses of [false, true]) {
        const budget = { maxSteps: maximalSteps, limits: stepLimits(1e9) };
        const fault = faultOf(object.model, known, () => search.run(known.operations, budget, { withClasses }));
        if (fault !== undefined) return `${fault} history ${index} of a ${name}`;
      }
      return undefined;
    };
  };
}

export interface ModelTrialOptions<S, I extends Input, O extends Json> {
  readonly file: string;
  readonly mutations: readonly Mutation[];
  readonly load: (mutation: Mutation | undefined) => Promise<Pick<Model<S, I, O>, "relevantPending" | "pendingClass" | "isReadOnly">>;
  readonly objects: readonly SimulatedObject<S, I, O>[];
}

/** Of what a model tells the searches beyond its steps. */
export function modelTrial<S, I extends Input, O extends Json>(options: ModelTrialOptions<S, I, O>): MutantTrial {
  // The name alone, so that moving a file does not change the histories that its mutants meet.
  const seed = options.file.replace(/^.*\//, "monitors/");
  const pools = options.objects.map((object, place) => ({ object, histories: Histories.of(object, `${seed} ${place}`) }));
  return {
    file: options.file,
    mutations: options.mutations,
    async catchMutant(mutation) {
      const told = await options.load(mutation);
      const searches = pools.map(({ object, histories }) => {
        const model = { ...object.model, ...told };
        return { model, histories, search: new ReducedSearch(model) };
      });
      const limit = shouldBeCaught(mutation) ? historyLimit : calmHistoryLimit;
      for (let index = 0; index < limit; index++) {
        for (const { model, histories, search } of searches) {
          const known = histories.at(index);
          const operations = partitionsOf(model, known.operations)[0]?.operations ?? [];
          const budget = { maxSteps: maximalSteps, limits: stepLimits(1e9) };
          const fault = faultOf(model, { ...known, operations }, () => search.run(operations, budget, { withClasses: true }));
          if (fault !== undefined) return `${fault} history ${index}`;
        }
      }
      return undefined;
    },
  };
}

function shouldBeCaught(mutation: Mutation | undefined): boolean {
  return mutation !== undefined && mutation.equivalent === undefined;
}

function faultOf<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  { operations, isValid }: Known<I, O>,
  ask: () => SearchAnswer | MonitorAnswer,
): string | undefined {
  try {
    const answer = ask();
    if (answer.verdict === "inapplicable") return declines;
    if (answer.verdict === "unknown") return takesLong;
    if ((answer.verdict === "valid") !== isValid) return `says ${answer.verdict} of ${isValid ? "valid" : "invalid"}`;
    const fault = answer.verdict === "valid" ? faultOfLinearization(model, operations, answer.order) : undefined;
    return fault === undefined ? undefined : `gives a wrong order (${fault}) of`;
  } catch (error) {
    return `crashes (${error instanceof Error ? error.message : String(error)}) on`;
  }
}
