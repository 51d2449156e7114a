// Hands the events of a run, as they are recorded, to the online checker of its workload. For the runner, which then ends a
// run at the first answer that cannot be explained; the verdict still comes from the judge, who sees the whole history.
import type { OnlineChecker } from "./checker.ts";
import type { HistoryEvent } from "./history.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Operation } from "./operation.ts";
import type { Verdict } from "./verdict.ts";
import type { Workload } from "./workload.ts";

export class OnlineWatch {
  #checker: OnlineChecker | undefined;
  /** Invocations without completion, by process: at most one is open per process. */
  readonly #open = new Map<number, Operation>();
  #operationCount = 0;

  /** Watches nothing if the workload's checker cannot watch a run. */
  constructor(workload: Pick<Workload, "online">) {
    this.#checker = workload.online?.();
  }

  /** The next event of the history; a verdict if it makes the history impossible. Never throws. */
  observe(event: HistoryEvent): Verdict | undefined {
    if (this.#checker === undefined || event.type === "fact" || event.type === "fault") return undefined;
    try {
      return event.type === "invoke" ? this.#invoked(this.#checker, event) : this.#completed(this.#checker, event);
    } catch {
      // A mistake of the checker or an answer of foreign shape. The judge will meet it too, and say so; to watch is a favour.
      this.#checker = undefined;
      return undefined;
    }
  }

  #invoked(checker: OnlineChecker, { index, process, f, node, phase, value, timeNs }: HistoryEvent): undefined {
    const operation: Operation = {
      id: this.#operationCount++,
      process,
      ...(node === undefined ? {} : { node }),
      phase,
      input: { ...(isObject(value) ? value : {}), f },
      type: "info",
      error: "not completed yet",
      invokedIndex: index,
      completedIndex: Infinity,
      invokedNs: timeNs,
      completedNs: Infinity,
    };
    this.#open.set(process, operation);
    checker.invoked(operation);
    return undefined;
  }

  #completed(checker: OnlineChecker, { index, process, type, value, error, timeNs }: HistoryEvent): Verdict | undefined {
    const invoked = this.#open.get(process);
    if (invoked === undefined) return undefined;
    this.#open.delete(process);
    const { error: _notAnyMore, ...rest } = invoked;
    const ended = { ...rest, completedNs: timeNs };
    if (type === "ok") return checker.completed({ ...ended, type, output: value ?? null, completedIndex: index });
    const reason = error ?? "no reason recorded";
    return checker.completed(
      type === "fail" ? { ...ended, type, error: reason, completedIndex: index } : { ...ended, type: "info", error: reason, completedIndex: Infinity },
    );
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
