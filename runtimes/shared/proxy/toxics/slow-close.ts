// `slow_close`: data passes, the end of the stream comes later.
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";

type SlowCloseAttributes = {
  /** Milliseconds. */
  readonly delay: number;
};

export const slowClose: ToxicType<SlowCloseAttributes> = {
  name: "slow_close",
  goType: "SlowCloseToxic",
  fields: [whole("delay")],
  fault: negative,
  stage: (attributes, context) => slowCloseStage(attributes, context),
};

function slowCloseStage(initial: SlowCloseAttributes, { outlet, clock }: StageContext): Stage<SlowCloseAttributes> {
  const queue = new TimedQueue(outlet, clock);
  let delayMs = initial.delay;
  let endedMs = 0;
  return {
    write: (chunk) => outlet.write(chunk),
    end() {
      endedMs = clock.nowMs();
      queue.push("end", endedMs + delayMs);
    },
    isFull: () => false,
    update({ delay }) {
      delayMs = delay;
      queue.reschedule(() => endedMs + delayMs);
    },
    remove: () => queue.flush(),
    dispose: () => queue.clear(),
  };
}
