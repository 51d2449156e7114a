// `noop`: lets everything pass. For clients that want to see that a toxic is there.
import type { ToxicType } from "../stage.ts";

export const noop: ToxicType = {
  name: "noop",
  goType: "NoopToxic",
  fields: [],
  stage: (_attributes, { outlet }) => ({
    write: (chunk) => outlet.write(chunk),
    end: () => outlet.end(),
    isFull: () => false,
    update: () => undefined,
    remove: () => undefined,
    dispose: () => undefined,
  }),
  datagramStage: (_attributes, { deliver }) => ({
    push: (datagram) => deliver(datagram),
    update: () => undefined,
    remove: () => undefined,
    dispose: () => undefined,
  }),
};
