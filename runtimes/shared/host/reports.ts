// What a node host tells regularly: counts every 250 ms, states that changed every 50 ms, the lag of its event loop. For node hosts.
import type { JsonObject } from "../../../harness/json.ts";
import type { FromHost } from "../wire/control.ts";
import type { Life } from "./life.ts";
import { watchLoopLag } from "./loop-lag.ts";
import type { RealProbe } from "./probe.ts";

const countsPeriodMs = 250;
const statePeriodMs = 50;

export interface ReportsOptions {
  readonly life: Life;
  readonly probe: RealProbe;
  /** Since the start. */
  readonly messageCount: () => number;
  readonly send: (message: FromHost) => void;
}

export class Reports {
  readonly #options: ReportsOptions;
  #reportedMessageCount = 0;
  /** As it was told last. */
  #state = "{}";

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** Call it once. Ends with the process. */
  start(): void {
    setInterval(() => this.tellCounts(), countsPeriodMs);
    setInterval(() => this.#tellChangedState(), statePeriodMs);
    watchLoopLag(({ windowMs, maxMs }) => this.#options.send({ type: "lag", windowMs, maxMs }));
  }

  /** Those since the last time, if there are any. */
  tellCounts(): void {
    const { probe, messageCount, send } = this.#options;
    const counts = probe.takeCounts();
    const sinceCount = messageCount() - this.#reportedMessageCount;
    if (counts === undefined && sinceCount === 0) return;
    this.#reportedMessageCount += sinceCount;
    send({ type: "counts", probes: {}, marks: {}, ...counts, messageCount: sinceCount });
  }

  /** As it is now. */
  tellState(): void {
    const { life, probe } = this.#options;
    life.run(() => this.#tellState(probe.inspected()));
  }

  #tellChangedState(): void {
    const { life, probe } = this.#options;
    life.run(() => {
      const inspected = probe.inspected();
      if (JSON.stringify(inspected) !== this.#state) this.#tellState(inspected);
    });
  }

  #tellState(inspected: JsonObject): void {
    this.#state = JSON.stringify(inspected);
    this.#options.send({ type: "state", inspected });
  }
}
