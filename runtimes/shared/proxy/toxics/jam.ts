// `jam`: holds everything of its direction and delivers it when the toxic is removed. Nothing is lost.
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";

export const jam: ToxicType = {
  name: "jam",
  goType: "JamToxic",
  fields: [],
  stage: (_attributes, context) => jamStage(context),
};

/** Above this the sender has to wait as well. */
const heldLimitBytes = 1024 * 1024;

function jamStage({ outlet, clock }: StageContext): Stage {
  const held = new TimedQueue(outlet, clock);
  return {
    write: (chunk) => held.push(chunk, Infinity),
    end: () => held.push("end", Infinity),
    isFull: () => held.heldBytes >= heldLimitBytes,
    update: () => undefined,
    remove: () => held.flush(),
    dispose: () => held.clear(),
  };
}
