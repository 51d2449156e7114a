// How long event loops stood still: those of nodes, as they report it, and the recorder's own. Liveness is judged only where nothing lagged.

/** A report is on its way for a while; a window that ended this shortly before the trouble may still belong to it. */
const slackMs = 100;

/** Longest stall of one node's event loop that no fault and no start explains. */
export class NodeLag {
  #maxMs: number | undefined;
  #disturbanceCount = 0;
  #disturbedUntilMs = -Infinity;

  /** Undefined before the first window that counts. */
  get maxMs(): number | undefined {
    return this.#maxMs;
  }

  /** A pause, a slow processor or a start begins; call what it answers when that is over. */
  disturb(nowMs: () => number): () => void {
    let isOver = false;
    this.#disturbanceCount++;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#disturbanceCount--;
      this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, nowMs());
    };
  }

  window(nowMs: number, { windowMs, maxMs }: { readonly windowMs: number; readonly maxMs: number }): void {
    if (this.#disturbanceCount > 0 || nowMs - windowMs - slackMs < this.#disturbedUntilMs) return;
    this.#maxMs = Math.max(this.#maxMs ?? 0, maxMs);
  }
}

const tickMs = 10;

/** Watches the event loop of this thread, by a timer that does not keep it alive. */
export class RecorderLag {
  #maxMs = 0;
  #dueMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#dueMs = performance.now() + tickMs;
    this.#timer = setInterval(() => this.#ticked(), tickMs);
    this.#timer.unref();
  }

  /** What was before does not count: the cluster was still being built. */
  restart(): void {
    this.#maxMs = 0;
    this.#dueMs = performance.now() + tickMs;
  }

  /** Also counts a stall that is not over. */
  get maxMs(): number {
    return Math.max(this.#maxMs, performance.now() - this.#dueMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ticked(): void {
    const now = performance.now();
    this.#maxMs = Math.max(this.#maxMs, now - this.#dueMs);
    this.#dueMs = now + tickMs;
  }
}
