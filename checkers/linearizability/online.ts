// Linearizability while the history is still being written: ends a run at the first answer that nothing explains, instead
// of hours later. A tripwire and no judge: the verdict of the run comes from the ordinary check of the whole history.
import type { OnlineChecker } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Verdict } from "../../harness/verdict.ts";
import { sentenceOf } from "./explanation.ts";
import type { Machine } from "./just-in-time/frontier-machine.ts";
import { FrontierWatch, examinationMachine } from "./just-in-time/frontier-watch.ts";
import type { WatchLimits } from "./just-in-time/frontier-watch.ts";
import { linearizabilityProperty } from "./judgement.ts";
import type { Model } from "./model.ts";

/** About a millisecond an event at the worst, and a few megabytes an object. */
const defaultLimits: WatchLimits = { stepsPerEvent: 2_000, stepsAtMost: 100_000, memoryBytes: 1 << 24 };

/**
 * Each object of the history (`Model.partitionKey`) is watched by itself and accused at most once. Exact at every completion
 * while no operation hangs; behind one that hangs, a violation is noticed when the events since its invocation have grown by
 * an eighth (see frontier-watch.ts). Never accuses a history that has a linearization. An object that costs more than the
 * limits is no longer watched, silently: work per event is bounded. Steps are counted, not time, so runs repeat.
 */
export class OnlineLinearizability<S, I extends Input, O extends Json> implements OnlineChecker<I, O> {
  readonly #model: Model<S, I, O>;
  readonly #limits: WatchLimits;
  readonly #examination: Machine<S, I, O>;
  /** Objects on which something is open. */
  readonly #watches = new Map<string, FrontierWatch<S, I, O>>();
  /** Of objects at rest, the states that they may be in; none: accused already, or too expensive. */
  readonly #resting = new Map<string, readonly S[]>();

  constructor(model: Model<S, I, O>, limits: Partial<WatchLimits> = {}) {
    this.#model = model;
    this.#limits = { ...defaultLimits, ...limits };
    this.#examination = examinationMachine(model);
  }

  /** Whether violations on this object would still be noticed. */
  isWatching(key: string): boolean {
    return this.#resting.get(key)?.length !== 0;
  }

  invoked(operation: Operation<I, O>): void {
    const key = this.#keyOf(operation);
    if (!this.isWatching(key)) return;
    let watch = this.#watches.get(key);
    if (watch === undefined) {
      const states = this.#resting.get(key) ?? [this.#model.initial];
      watch = new FrontierWatch({ model: this.#model, states, limits: this.#limits, examination: this.#examination });
      this.#watches.set(key, watch);
      this.#resting.delete(key);
    }
    watch.invoked(operation);
  }

  completed(operation: Operation<I, O>): Verdict | undefined {
    const key = this.#keyOf(operation);
    const watch = this.#watches.get(key);
    const word = watch?.completed(operation);
    const states = word === "possible" ? watch?.restingStates : word === undefined ? undefined : [];
    if (states !== undefined) {
      this.#watches.delete(key);
      this.#resting.set(key, states);
    }
    return word === "impossible" ? this.#accusation(operation, key) : undefined;
  }

  #keyOf({ input }: Operation<I, O>): string {
    return this.#model.partitionKey === undefined ? "" : this.#model.partitionKey(input);
  }

  #accusation(operation: Operation<I, O>, key: string): Verdict {
    const where = key === "" ? "" : ` on ${key}`;
    const why = `no order of the operations${where} explains the history up to process ${operation.process}: ${sentenceOf(this.#model, operation)}`;
    return { verdict: "invalid", why, claims: [{ id: linearizabilityProperty, verdict: "invalid", why, evidence: [] }], evidence: [], statistics: {} };
  }
}
