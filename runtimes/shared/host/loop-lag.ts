// How long the event loop of this process stalls. For node hosts.

const tickMs = 20;
const windowMs = 500;

export interface Lag {
  /** Length of the window that ends now. */
  readonly windowMs: number;
  /** Longest stall in it, milliseconds; one that outlasts its window is told as a whole in the window in which it ends. */
  readonly maxMs: number;
}

/**
 * Calls back every 500 ms; its timer does not keep the process alive. Answers what ends it. A timer and no
 * `monitorEventLoopDelay`: that one forgets the interval in which it is reset, stalls included.
 */
export function watchLoopLag(observe: (lag: Lag) => void): () => void {
  let startMs = performance.now();
  let tickedMs = startMs;
  let maxMs = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    maxMs = Math.max(maxMs, nowMs - tickedMs - tickMs);
    tickedMs = nowMs;
    if (nowMs - startMs < windowMs) return;
    observe({ windowMs: nowMs - startMs, maxMs });
    startMs = nowMs;
    maxMs = 0;
  }, tickMs);
  timer.unref();
  return () => clearInterval(timer);
}
