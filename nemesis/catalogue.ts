// All nemeses that ship with Faultline. For registries and documentation.
import type { Nemesis } from "../harness/nemesis.ts";
import { bridgePartition } from "./bridge.ts";
import { clockSkew } from "./clock-skew.ts";
import { crashLoop } from "./crash-loop.ts";
import { disk } from "./disk.ts";
import { kill } from "./kill.ts";
import { leader } from "./leader.ts";
import { lossyNetwork } from "./lossy-network.ts";
import { majoritiesRingPartition } from "./majorities-ring.ts";
import { mixed } from "./mixed.ts";
import { none } from "./none.ts";
import { pairs } from "./pairs.ts";
import { partitionHalves } from "./partition-halves.ts";
import { partitionOneWay } from "./partition-one-way.ts";
import { partitionOne } from "./partition-one.ts";
import { pause } from "./pause.ts";
import { power } from "./power.ts";
import { resets } from "./resets.ts";
import { slowCpu } from "./slow-cpu.ts";
import { slowNetwork } from "./slow-network.ts";
import { stop } from "./stop.ts";
import { swarm } from "./swarm.ts";
import { swizzle } from "./swizzle.ts";
import { targeted } from "./targeted.ts";

/** In the order in which they are listed to users; names are those of their files. */
export const nemeses: readonly Nemesis[] = [
  none,
  partitionOne,
  partitionHalves,
  partitionOneWay,
  majoritiesRingPartition,
  bridgePartition,
  swizzle,
  slowNetwork,
  lossyNetwork,
  resets,
  kill,
  stop,
  pause,
  slowCpu,
  crashLoop,
  power,
  disk,
  clockSkew,
  leader,
  pairs,
  mixed,
  swarm,
  targeted,
];
