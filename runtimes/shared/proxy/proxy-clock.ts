// The clock of the proxy, as a port: real time in earnest, hand-moved time in tests of toxics. For toxics and effects.

export interface ProxyClock {
  /** Milliseconds, never goes back; only differences mean something. */
  nowMs(): number;
  /** Runs once, never early by more than the resolution of the timer (callers check `nowMs`). Answers how to cancel it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Longest delay that a timer of Node takes; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** Timers of the process. */
export const realClock: ProxyClock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(longestDelayMs, Math.max(0, Math.ceil(delayMs))));
    return () => clearTimeout(timer);
  },
};
