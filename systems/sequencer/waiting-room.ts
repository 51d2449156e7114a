// Requests that cannot be answered yet: in order of arrival, bounded in number and in time. For id sources that wait for a
// log round, a block or a reservation.
import type { Environment } from "../../harness/environment.ts";
import type { GenerateAnswer, GenerateRequest } from "./id-source.ts";

export interface Waiting {
  readonly request: GenerateRequest;
  /** Monotonic. */
  readonly arrivedMs: number;
  readonly done: (answer: GenerateAnswer) => void;
}

const seatCount = 1000;

export class WaitingRoom {
  private readonly environment: Environment;
  private readonly limitMs: number;
  private readonly refusal: (request: GenerateRequest) => GenerateAnswer;
  private waiting: Waiting[] = [];
  private isTimerSet = false;

  /** `refusal`: what those get who find no seat or have waited for `limitMs`. */
  constructor(environment: Environment, options: { readonly limitMs: number; readonly refusal: (request: GenerateRequest) => GenerateAnswer }) {
    this.environment = environment;
    this.limitMs = options.limitMs;
    this.refusal = options.refusal;
  }

  get size(): number {
    return this.waiting.length;
  }

  /** Ids that all those who wait ask for, together. */
  get demand(): number {
    return this.waiting.reduce((sum, { request }) => sum + request.count, 0);
  }

  enter(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    if (this.waiting.length >= seatCount) return done(this.refusal(request));
    this.waiting.push({ request, arrivedMs: this.environment.clock.monotonic(), done });
    if (!this.isTimerSet) this.watch(this.limitMs);
  }

  /** Lets everybody out whom `answerOf` can answer; the others keep their places. */
  serve(answerOf: (waiting: Waiting) => GenerateAnswer | null): void {
    // Whoever is answered may enter again at once: that is for the next time.
    const present = this.waiting;
    for (const waiting of present) {
      const answer = answerOf(waiting);
      if (answer === null) continue;
      this.waiting = this.waiting.filter((other) => other !== waiting);
      waiting.done(answer);
    }
  }

  /** Lets the first ones out whose counts add up to at most `limit`, and always at least one if anybody waits. */
  leaveTogether(limit: number): Waiting[] {
    let [taken, sum] = [0, 0];
    for (const { request } of this.waiting) {
      sum += request.count;
      if (taken > 0 && sum > limit) break;
      taken++;
    }
    return this.waiting.splice(0, taken);
  }

  private watch(afterMs: number): void {
    this.isTimerSet = true;
    this.environment.timers.after(afterMs, () => {
      this.isTimerSet = false;
      const beforeMs = this.environment.clock.monotonic() - this.limitMs;
      this.serve(({ request, arrivedMs }) => (arrivedMs <= beforeMs ? this.refusal(request) : null));
      const oldest = this.waiting[0];
      if (oldest !== undefined && !this.isTimerSet) this.watch(Math.max(1, oldest.arrivedMs - beforeMs));
    });
  }
}
