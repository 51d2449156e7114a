// `half_open`: one direction is dead and nobody is told, the other flows. Removing the toxic resets what it hit, for its bytes are lost.
import type { Stage, StageContext, ToxicType } from "../stage.ts";

export const halfOpen: ToxicType = {
  name: "half_open",
  goType: "HalfOpenToxic",
  fields: [],
  stage: (_attributes, context) => halfOpenStage(context),
};

function halfOpenStage({ reset, affect }: StageContext): Stage {
  let hasLost = false;
  return {
    write(chunk) {
      hasLost = true;
      affect("lostBytes", chunk.length);
    },
    end() {
      hasLost = true;
    },
    isFull: () => false,
    update: () => undefined,
    remove() {
      if (hasLost) reset();
    },
    dispose: () => undefined,
  };
}
