// `reset_peer`: after a time both sides get RST, whether the connection is new, old or idle. Until then bytes are held back.
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";

type ResetPeerAttributes = {
  /** Milliseconds since the toxic met the connection. */
  readonly timeout: number;
};

export const resetPeer: ToxicType<ResetPeerAttributes> = {
  name: "reset_peer",
  goType: "ResetToxic",
  fields: [whole("timeout")],
  fault: negative,
  stage: (attributes, context) => new ResetPeerStage(attributes, context),
};

class ResetPeerStage implements Stage<ResetPeerAttributes> {
  readonly #context: StageContext;
  readonly #held: TimedQueue;
  readonly #startMs: number;
  #cancel: (() => void) | undefined;

  constructor(attributes: ResetPeerAttributes, context: StageContext) {
    this.#context = context;
    this.#held = new TimedQueue(context.outlet, context.clock);
    this.#startMs = context.clock.nowMs();
    this.#wait(attributes.timeout);
  }

  write(chunk: Buffer): void {
    this.#held.push(chunk, Infinity);
  }

  end(): void {
    this.#held.push("end", Infinity);
  }

  isFull(): boolean {
    return this.#held.heldBytes > 0;
  }

  update({ timeout }: ResetPeerAttributes): void {
    this.#wait(timeout);
  }

  /** Before its time: nothing was lost, the connection goes on. */
  remove(): void {
    this.#cancel?.();
    this.#held.flush();
  }

  dispose(): void {
    this.#cancel?.();
    this.#held.clear();
  }

  #wait(timeoutMs: number): void {
    this.#cancel?.();
    const waitMs = this.#startMs + timeoutMs - this.#context.clock.nowMs();
    this.#cancel = this.#context.clock.after(waitMs, () => this.#context.reset());
  }
}
