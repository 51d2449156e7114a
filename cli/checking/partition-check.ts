// A thread that gives single rounds to partitions that another thread has read. It knows the model.
import { deserialize } from "node:v8";
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Algorithm } from "../../checkers/linearizability/attempt.ts";
import { Decider } from "../../checkers/linearizability/decision.ts";
import type { Model } from "../../checkers/linearizability/model.ts";
import type { ChosenModel } from "../../checkers/linearizability/named-models.ts";
import type { Partition } from "../../checkers/linearizability/partition.ts";
import { announcing, attemptOn } from "./announcing.ts";
import type { SharedPartition, ThreadAnswer, ThreadNote } from "./part.ts";
import { PartJudge } from "./part-judge.ts";
import { threadLimits } from "./thread-limits.ts";
import type { ThreadBounds } from "./thread-limits.ts";

export interface PartitionCheck {
  readonly algorithm: Algorithm;
  readonly bounds: ThreadBounds;
  /** Of the whole history. */
  readonly partitionCount: number;
  readonly note: (note: ThreadNote) => void;
}

/** One round of one partition. */
export interface RoundOf {
  readonly partition: SharedPartition;
  readonly round: number;
}

export type AnswerRound = (round: RoundOf) => ThreadAnswer;

export function partitionCheck(check: PartitionCheck, chosen: ChosenModel): AnswerRound {
  return chosen.model.use((model) => new PartitionRounds(check, announcing(model, check.note)).answerer, chosen.parameter);
}

class PartitionRounds<S, I extends Input, O extends Json> {
  readonly #check: PartitionCheck;
  readonly #model: Model<S, I, O>;
  readonly #decider: Decider<S, I, O>;
  /** The last one, since it may be the next one too: by its position. */
  #known: { readonly index: number; readonly partition: Partition<I, O> } | undefined;

  constructor(check: PartitionCheck, model: Model<S, I, O>) {
    this.#check = check;
    this.#model = model;
    this.#decider = new Decider(model, check.algorithm);
  }

  get answerer(): AnswerRound {
    return (round) => this.#answer(round);
  }

  #answer({ partition: { index, bytes }, round }: RoundOf): ThreadAnswer {
    const { bounds, note, partitionCount } = this.#check;
    const partition = this.#known?.index === index ? this.#known.partition : partitionFrom<I, O>(bytes);
    this.#known = { index, partition };
    const limits = threadLimits(bounds);
    const judge = new PartJudge({ model: this.#model, decider: this.#decider, limits, partitionCount, indexOf: () => index, note });
    const decision = this.#decider.decideRounds([partition], limits, { from: round, to: round + 1, onAttempt: attemptOn(note) });
    return decision.undecided.length > 0 ? { kind: "undecided", steps: decision.steps } : { kind: "part", part: judge.part([decision]), rest: [] };
  }
}

function partitionFrom<I extends Input, O extends Json>(bytes: SharedArrayBuffer): Partition<I, O> {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(new Uint8Array(bytes));
  // The boundary: serialised by `checkFile` for the same model.
  return deserialize(copy) as Partition<I, O>;
}
