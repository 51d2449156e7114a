// What the recorder hears of a real-time cluster, and what is counted of it. For members and the cluster.
import type { ClusterObserver, LogLine } from "../../../harness/runtime.ts";
import type { FromHost } from "../wire/control.ts";
import type { NodeLogs } from "./node-logs.ts";

type Counts = Omit<Extract<FromHost, { readonly type: "counts" }>, "type">;

/** Calls the subscriber at once, in the order in which things were read. */
export class Observation {
  readonly probes: Map<string, { heldCount: number; failedCount: number }> = new Map();
  readonly marks: Map<string, number> = new Map();
  messageCount = 0;
  eventCount = 0;
  readonly #nowNs: () => number;
  readonly #logs: NodeLogs;
  #observer: ClusterObserver | undefined;

  constructor(options: { readonly nowNs: () => number; readonly logs: NodeLogs }) {
    this.#nowNs = options.nowNs;
    this.#logs = options.logs;
  }

  subscribe(observer: ClusterObserver): void {
    this.#observer = observer;
  }

  fact(fact: Parameters<ClusterObserver["fact"]>[0]): void {
    this.#observer?.fact(fact);
  }

  failedProbe(probe: Parameters<ClusterObserver["probe"]>[0]): void {
    this.#observer?.probe(probe);
  }

  died(death: Parameters<ClusterObserver["died"]>[0]): void {
    this.#observer?.died(death);
  }

  /** To the node's file as well. */
  log(line: Omit<LogLine, "timeNs">): void {
    const stamped = { timeNs: this.#nowNs(), ...line };
    this.#logs.add(stamped);
    this.#observer?.log(stamped);
  }

  /** What the harness has to say about a node's life: for its file alone. */
  note(line: Omit<LogLine, "timeNs" | "level">): void {
    this.#logs.add({ timeNs: this.#nowNs(), level: "info", ...line });
  }

  count({ probes, marks, messageCount }: Counts): void {
    for (const [id, { heldCount, failedCount }] of Object.entries(probes)) {
      const counts = this.probes.get(id) ?? { heldCount: 0, failedCount: 0 };
      this.probes.set(id, { heldCount: counts.heldCount + heldCount, failedCount: counts.failedCount + failedCount });
    }
    for (const [kind, count] of Object.entries(marks)) this.marks.set(kind, (this.marks.get(kind) ?? 0) + count);
    this.messageCount += messageCount;
  }
}
