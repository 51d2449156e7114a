// `timeout`: nothing passes, and after a time the connection is closed; 0: never. Removing the toxic closes the connection too, for its bytes are lost.
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";

type TimeoutAttributes = {
  /** Milliseconds. */
  readonly timeout: number;
  /** `idle`: since the last chunk, as in the reference; `total`: since the toxic met the connection. */
  readonly mode: string;
};

export const timeout: ToxicType<TimeoutAttributes> = {
  name: "timeout",
  goType: "TimeoutToxic",
  fields: [whole("timeout"), { name: "mode", kind: "string", initial: "idle", isExtension: true, choices: ["idle", "total"] }],
  fault: negative,
  stage: (attributes, context) => new TimeoutStage(attributes, context),
};

class TimeoutStage implements Stage<TimeoutAttributes> {
  readonly #context: StageContext;
  #attributes: TimeoutAttributes;
  #sinceMs: number;
  #cancel: (() => void) | undefined;

  constructor(attributes: TimeoutAttributes, context: StageContext) {
    this.#attributes = attributes;
    this.#context = context;
    this.#sinceMs = context.clock.nowMs();
    this.#wait();
  }

  write(): void {
    // The running timer looks again when it fires: no timer is made a chunk.
    if (this.#attributes.mode === "idle") this.#sinceMs = this.#context.clock.nowMs();
  }

  /** An end behind lost bytes would look like a whole stream: the connection ends instead. */
  end(): void {
    this.#context.close();
  }

  isFull(): boolean {
    return false;
  }

  update(attributes: TimeoutAttributes): void {
    this.#attributes = attributes;
    this.#wait();
  }

  remove(): void {
    this.#context.close();
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(): void {
    this.dispose();
    if (this.#attributes.timeout === 0) return;
    const waitMs = this.#sinceMs + this.#attributes.timeout - this.#context.clock.nowMs();
    this.#cancel = this.#context.clock.after(waitMs, () => this.#elapsed());
  }

  #elapsed(): void {
    if (this.#context.clock.nowMs() - this.#sinceMs < this.#attributes.timeout) return this.#wait();
    this.#cancel = undefined;
    this.#context.close();
  }
}
