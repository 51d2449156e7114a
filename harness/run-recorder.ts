// The one recorder of a run: whatever happens passes through here, in the order in which it is the truth.
import type { HistoryEvent, History, Fact, NewEvent } from "./history.ts";
import { HistoryBuilder, withoutFunction } from "./history.ts";
import type { FaultEvent } from "./history.ts";
import type { JsonObject } from "./json.ts";
import type { Input, NodeName, Outcome, Phase } from "./operation.ts";
import type { ClusterObserver, LogLine } from "./runtime.ts";
import { LogTail } from "./run-logs.ts";

export interface RecorderOptions {
  /** The recorder's clock: nanoseconds since the start of the run. */
  nowNs(): number;
  /** Called with every event as soon as it is recorded. */
  readonly onEvent?: ((event: HistoryEvent) => void) | undefined;
  /** Called with every fact after it was recorded. */
  onFact(fact: Fact): void;
  /** The sink threw: the run cannot go on, for its history would have a hole. Called once. */
  onSinkFailure(error: unknown): void;
}

export interface NewFaultEvent {
  readonly id: string;
  readonly kind: string;
  readonly action: FaultEvent["action"];
  readonly victims: readonly NodeName[];
  readonly detail: JsonObject;
}

/** A cluster's observer and the runner's pen. Never throws: it is called in the middle of events of nodes. */
export class Recorder implements ClusterObserver {
  /** The label of what happens now. */
  phase: Phase = "warm-up";
  readonly #options: RecorderOptions;
  readonly #builder = new HistoryBuilder();
  readonly #logs = new LogTail();
  #hasSinkFailed = false;
  #finalTroubleCount = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  invoked(operation: { readonly process: number; readonly node: NodeName; readonly input: Input }): void {
    const { process, node, input } = operation;
    this.#append({ timeNs: this.#options.nowNs(), phase: this.phase, process, type: "invoke", f: input.f, node, value: input });
  }

  completed(operation: { readonly process: number; readonly node: NodeName; readonly input: Input }, outcome: Outcome): void {
    const { process, node, input } = operation;
    const [timeNs, { phase }] = [this.#options.nowNs(), this];
    if (phase === "final" && outcome.type !== "ok") this.#finalTroubleCount++;
    if (outcome.type === "ok") this.#append({ timeNs, phase, process, type: "ok", f: input.f, node, value: outcome.output });
    else this.#append({ timeNs, phase, process, type: outcome.type, f: input.f, node, error: outcome.error });
  }

  fault(event: NewFaultEvent): void {
    const { id, action, victims, detail } = event;
    this.#append({ timeNs: this.#options.nowNs(), phase: this.phase, process: -1, type: "fault", f: event.kind, value: { id, action, victims, detail } });
  }

  fact(fact: { readonly node: NodeName; readonly incarnation: number; readonly kind: string; readonly data: JsonObject }): void {
    const { node, incarnation, kind, data } = fact;
    const timeNs = this.#options.nowNs();
    const index = this.#append({ timeNs, phase: this.phase, process: -1, type: "fact", f: kind, node, value: { incarnation, data } });
    this.#options.onFact({ index, timeNs, node, incarnation, kind, data });
  }

  probe({
    node,
    id,
    kind,
    detail,
  }: {
    readonly node: NodeName;
    readonly id: string;
    readonly kind: "always" | "unreachable";
    readonly detail: JsonObject;
  }): void {
    this.#ownFact("probe.failed", node, { id, kind, detail });
  }

  died({ node, ...death }: Parameters<ClusterObserver["died"]>[0]): void {
    this.#ownFact("node.died", node, death);
  }

  /** A fact about the run that no node states, e.g. how often each probe was reached. */
  stated(kind: string, data: JsonObject): void {
    const timeNs = this.#options.nowNs();
    const index = this.#append({ timeNs, phase: this.phase, process: -1, type: "fact", f: kind, value: { data } });
    this.#options.onFact({ index, timeNs, node: "", incarnation: 0, kind, data });
  }

  /** Completions of the final phase so far that were not ok. */
  get finalTroubleCount(): number {
    return this.#finalTroubleCount;
  }

  log(line: LogLine): void {
    this.#logs.add(line);
  }

  logs(): readonly LogLine[] {
    return this.#logs.lines();
  }

  build(): History {
    return this.#builder.build();
  }

  /** A fact about a node that the runtime, not the node, states; it does not know in which life it happened. */
  #ownFact(kind: string, node: NodeName, data: JsonObject): void {
    const timeNs = this.#options.nowNs();
    const index = this.#append({ timeNs, phase: this.phase, process: -1, type: "fact", f: kind, node, value: { data } });
    this.#options.onFact({ index, timeNs, node, incarnation: 0, kind, data });
  }

  #append(event: NewEvent): number {
    const index = this.#builder.append(event);
    if (this.#options.onEvent !== undefined)
      this.#give(event.type === "invoke" ? { ...event, index, value: withoutFunction(event.value) ?? {} } : { ...event, index });
    return index;
  }

  #give(event: HistoryEvent): void {
    if (this.#options.onEvent === undefined || this.#hasSinkFailed) return;
    try {
      this.#options.onEvent(event);
    } catch (error) {
      this.#hasSinkFailed = true;
      this.#options.onSinkFailure(error);
    }
  }
}
