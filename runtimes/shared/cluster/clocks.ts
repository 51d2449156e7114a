// By which means the clocks of a run's nodes are set wrong, and what that needs: a time service, links to it, a probe. For the run.
import type { Timers } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { probeVdso } from "../clock/index.ts";
import { createTimeLinks, environmentClock, timeLinkClock, vdsoMechanism, type ClockMechanism, type OpenTimeLinks } from "../faults/index.ts";
import { TimeService } from "../host/index.ts";
import type { Address } from "../wire/bootstrap.ts";
import type { RunFrame } from "./run-frame.ts";

export interface Clocks {
  readonly mechanism: ClockMechanism;
  /** Where this node asks for the time; undefined: its clock is the machine's. */
  timeService(node: NodeName): Address | undefined;
  /** Nothing is left. Idempotent. */
  close(): Promise<void>;
}

export interface ClocksOptions {
  readonly frame: RunFrame;
  /** Address on which a time service and the links to it listen. */
  readonly host: string;
  /** Of the recorder. */
  readonly timers: Timers;
}

/** @throws EnvironmentError when an address cannot be listened on */
export async function openClocks({ frame, host, timers }: ClocksOptions): Promise<Clocks> {
  switch (frame.options.clock) {
    case "environment":
      return alone(environmentClock());
    case "vdso":
      return alone(vdsoMechanism({ probe: await probeVdso(), timers, undo: frame.undo }));
    case "time-link":
      return await openTimeLinks({ nodes: frame.nodes, host, timers });
  }
}

function alone(mechanism: ClockMechanism): Clocks {
  return { mechanism, timeService: () => undefined, close: () => Promise.resolve(mechanism.close()) };
}

async function openTimeLinks({ host, nodes, timers }: Pick<ClocksOptions, "host" | "timers"> & { readonly nodes: readonly NodeName[] }): Promise<Clocks> {
  const service = await TimeService.listen(host);
  let links: OpenTimeLinks;
  try {
    links = await createTimeLinks({ nodes, service: service.address, listenHost: host });
  } catch (error) {
    await service.close();
    throw error;
  }
  const mechanism = timeLinkClock({ links, timers });
  return {
    mechanism,
    timeService: (node) => links.address(node),
    close: async () => {
      mechanism.close();
      await links.close();
      await service.close();
    },
  };
}
