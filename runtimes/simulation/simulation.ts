// The simulation as a Runtime. For registries, runners and tests.
import type { Runtime, Subject } from "../../harness/runtime.ts";
import { SimulatedCluster } from "./cluster.ts";
import type { DrainKind } from "./drain.ts";
import { resolveOptions } from "./options.ts";
import type { TraceRecord } from "./trace.ts";

export interface SimulationSettings {
  /** Deep-freezes every body and refuses what JSON cannot carry. For tests; costs about a tenth of the speed. */
  readonly freezeBodies?: boolean;
  /** Keeps every event and draw, for reports and for finding where two runs part. */
  readonly recordTrace?: boolean;
  /** Called once at the end of each run, whatever way it ended. */
  readonly onTrace?: (trace: TraceRecord) => void;
  /** Default: `tick` where its self-test passes, else `immediate`. Both give the same trace. */
  readonly drain?: DrainKind;
}

/**
 * A runtime for one subject. Its `run` rejects with SimulationLeakError when a node used the real world, with
 * SimulationError when the run cannot end or a client threw, with UsageError for broken `options.simulation`, else as the body does.
 */
export function createSimulation(subject: Subject, settings: SimulationSettings = {}): Runtime {
  const { freezeBodies = false, recordTrace = false, onTrace, drain } = settings;
  return {
    name: "simulation",
    resolve: resolveOptions,
    async run(plan, body) {
      const cluster = new SimulatedCluster(resolveOptions(plan), subject, { isFreezing: freezeBodies, isTraceFull: recordTrace, drain });
      try {
        return await cluster.run(body);
      } finally {
        onTrace?.(cluster.traceRecord());
      }
    },
  };
}
