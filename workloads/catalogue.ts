// All promises that ship with Faultline, by name. For registries and documentation.
import type { Workload } from "../harness/workload.ts";
import { cachedCounterWorkload, counterWorkload, reshardedCounterWorkload } from "./counter.ts";
import { likesWorkload } from "./likes.ts";
import { lockWorkload } from "./lock.ts";
import { leaseRegisterWorkload, registerWorkload } from "./register.ts";
import { setWorkload } from "./set.ts";
import { staleRegisterWorkload } from "./stale-register.ts";
import { uniqueIdsWorkload } from "./unique-ids.ts";
import { watchWorkload } from "./watch.ts";

/** In the order in which they are listed to users. */
export const workloads: readonly Workload[] = [
  registerWorkload,
  leaseRegisterWorkload,
  staleRegisterWorkload,
  setWorkload,
  watchWorkload,
  lockWorkload,
  uniqueIdsWorkload,
  counterWorkload,
  cachedCounterWorkload,
  reshardedCounterWorkload,
  likesWorkload,
];
