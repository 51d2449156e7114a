// How far a long command has come: one line that is rewritten where somebody looks, a plain line every ten seconds elsewhere.
import { visible } from "../reports/index.ts";
import type { Terminal } from "./terminal.ts";

const liveEveryMs = 100;
const plainEveryMs = 10_000;

export class Progress {
  readonly #terminal: Terminal;
  #shownAtMs: number;
  #isLineOpen = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#shownAtMs = terminal.monotonicMs();
  }

  /** Called as often as one likes; the line is asked for only when it is shown. */
  report(line: () => string): void {
    const nowMs = this.#terminal.monotonicMs();
    if (nowMs - this.#shownAtMs < (this.#terminal.isLive ? liveEveryMs : plainEveryMs)) return;
    this.#shownAtMs = nowMs;
    const text = visible(line(), 1000);
    if (!this.#terminal.isLive) return this.#terminal.complain(`${text}\n`);
    this.#isLineOpen = true;
    this.#terminal.complain(
      `\r\u001b[2K${Array.from(text)
        .slice(0, Math.max(10, this.#terminal.columns() - 1))
        .join("")}`,
    );
  }

  /** Takes the live line away. Idempotent. */
  end(): void {
    if (this.#isLineOpen) this.#terminal.complain("\r\u001b[2K");
    this.#isLineOpen = false;
  }
}
