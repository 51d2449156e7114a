// `loss`, `duplicate`, `reorder`, `mtu`: what can befall datagrams only. A TCP proxy cannot lose or reorder packets: it sees none.
import { DatagramDelays } from "../datagram-delays.ts";
import type { Attributes, DatagramContext, DatagramStage, ToxicType } from "../stage.ts";
import { negative, notProbable, probability, whole } from "../stage.ts";

type Chance = {
  /** Of each datagram. */
  readonly probability: number;
};
type Reorder = Chance & {
  /** Milliseconds by which a datagram that is hit comes later. */
  readonly delay: number;
};
type Mtu = {
  /** Bytes; longer datagrams are dropped. */
  readonly size: number;
};

export const loss: ToxicType<Chance> = {
  name: "loss",
  goType: "LossToxic",
  fields: [probability("probability")],
  fault: (attributes) => notProbable(attributes, "probability"),
  datagramStage: (attributes, context) =>
    filter(attributes, (datagram, { probability }) => {
      if (context.random.chance(probability, "loss")) context.affect("lostDatagrams");
      else context.deliver(datagram);
    }),
};

export const duplicate: ToxicType<Chance> = {
  name: "duplicate",
  goType: "DuplicateToxic",
  fields: [probability("probability")],
  fault: (attributes) => notProbable(attributes, "probability"),
  datagramStage: (attributes, context) =>
    filter(attributes, (datagram, { probability }) => {
      context.deliver(datagram);
      if (!context.random.chance(probability, "duplicate")) return;
      context.affect("duplicatedDatagrams");
      context.deliver(datagram);
    }),
};

export const mtu: ToxicType<Mtu> = {
  name: "mtu",
  goType: "MtuToxic",
  fields: [whole("size")],
  fault: negative,
  datagramStage: (attributes, { deliver }) =>
    filter(attributes, (datagram, { size }) => {
      if (datagram.length <= size) deliver(datagram);
    }),
};

export const reorder: ToxicType<Reorder> = {
  name: "reorder",
  goType: "ReorderToxic",
  fields: [probability("probability"), whole("delay")],
  fault: (attributes) => negative(attributes) ?? notProbable(attributes, "probability"),
  datagramStage: reorderStage,
};

function reorderStage(attributes: Reorder, context: DatagramContext): DatagramStage<Reorder> {
  const delays = new DatagramDelays(context);
  return {
    ...filter(attributes, (datagram, { probability, delay }: Reorder) => {
      const isHit = context.random.chance(probability, "reorder");
      if (isHit && delay > 0) context.affect("delayedDatagrams");
      delays.push(datagram, isHit ? delay : 0);
    }),
    remove: () => delays.flush(),
    dispose: () => delays.clear(),
  };
}

/** A stage that decides about each datagram at once. */
function filter<A extends Attributes>(initial: A, pass: (datagram: Buffer, attributes: A) => void): DatagramStage<A> {
  let current = initial;
  return {
    push: (datagram) => pass(datagram, current),
    update: (attributes) => void (current = attributes),
    remove: () => undefined,
    dispose: () => undefined,
  };
}
