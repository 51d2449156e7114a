// Every toxic that there is, by name. For the engine, the documentation and tests.
import type { ToxicType } from "../stage.ts";
import { blackhole, refuse } from "./admission.ts";
import { bandwidth } from "./bandwidth.ts";
import { corrupt } from "./corrupt.ts";
import { duplicate, loss, mtu, reorder } from "./datagram-toxics.ts";
import { halfOpen } from "./half-open.ts";
import { jam } from "./jam.ts";
import { latency } from "./latency.ts";
import { limitData } from "./limit-data.ts";
import { noop } from "./noop.ts";
import { resetPeer } from "./reset-peer.ts";
import { slicer } from "./slicer.ts";
import { slowClose } from "./slow-close.ts";
import { timeout } from "./timeout.ts";

export type Protocol = "tcp" | "udp";

/** Those of Toxiproxy first, then our own. */
export const toxicTypes: readonly ToxicType[] = [
  latency,
  bandwidth,
  slowClose,
  timeout,
  slicer,
  limitData,
  resetPeer,
  noop,
  blackhole,
  refuse,
  corrupt,
  halfOpen,
  jam,
  loss,
  duplicate,
  reorder,
  mtu,
];

export function toxicTypeNamed(name: string): ToxicType | undefined {
  return toxicTypes.find((type) => type.name === name);
}

export function isFor(type: ToxicType, protocol: Protocol): boolean {
  return protocol === "udp" ? type.datagramStage !== undefined : type.stage !== undefined || type.admission !== undefined;
}
