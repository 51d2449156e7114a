// `limit_data`: so many bytes pass, then the connection is closed. The count of a connection survives updates.
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";

type LimitDataAttributes = {
  readonly bytes: number;
};

export const limitData: ToxicType<LimitDataAttributes> = {
  name: "limit_data",
  goType: "LimitDataToxic",
  fields: [whole("bytes")],
  fault: negative,
  stage: (attributes, context) => limitDataStage(attributes, context),
};

function limitDataStage(initial: LimitDataAttributes, { outlet, close }: StageContext): Stage<LimitDataAttributes> {
  let limitBytes = initial.bytes;
  let passedBytes = 0;
  let isOver = false;
  return {
    write(chunk) {
      if (isOver) return;
      const allowed = chunk.subarray(0, Math.max(0, limitBytes - passedBytes));
      passedBytes += allowed.length;
      isOver = passedBytes >= limitBytes;
      if (allowed.length > 0) outlet.write(allowed);
      if (isOver) close();
    },
    end() {
      if (!isOver) outlet.end();
    },
    isFull: () => false,
    update({ bytes }) {
      limitBytes = bytes;
    },
    remove: () => undefined,
    dispose: () => undefined,
  };
}
