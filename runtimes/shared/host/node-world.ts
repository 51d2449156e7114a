// Everything that an incarnation has of the world, opened for one `begin`. For node processes.
import type { Environment } from "../../../harness/environment.ts";
import { seededRandom } from "../../../harness/random.ts";
import { RealDisk } from "../disk/index.ts";
import type { Bootstrap } from "../wire/bootstrap.ts";
import type { Begin, FromHost } from "../wire/control.ts";
import { RealClock } from "./clock.ts";
import { DisciplinedClock } from "./disciplined-clock.ts";
import type { Life } from "./life.ts";
import { NodeEnvironment } from "./node-environment.ts";
import { NodeNetwork } from "./node-network.ts";
import { RealProbe } from "./probe.ts";
import { Reports } from "./reports.ts";
import { RealTimers } from "./timers.ts";

export interface NodeWorldOptions {
  readonly bootstrap: Bootstrap;
  readonly begin: Begin;
  readonly life: Life;
  readonly send: (message: FromHost) => void;
  /** The node called `serve`. */
  readonly serving: () => void;
  /** May end or stop the process before it returns. */
  readonly marked: (kind: string) => void;
  /** Ends the process. */
  readonly crash: (reason: string) => never;
}

export interface NodeWorld {
  readonly environment: Environment;
  readonly clock: RealClock;
  /** Undefined: the clock is the machine's. */
  readonly time: DisciplinedClock | undefined;
  readonly disk: RealDisk;
  readonly network: NodeNetwork;
  readonly reports: Reports;
}

/** Rejects when a folder or a port cannot be had. */
export async function openNodeWorld(options: NodeWorldOptions): Promise<NodeWorld> {
  const { begin, bootstrap, life, send } = options;
  const random = seededRandom(begin.seed);
  const { clock, time } = openClock(begin);
  const disk = await RealDisk.open({
    directory: begin.diskDirectory,
    keepsImage: begin.keepsDiskImage,
    random: random.fork("disk"),
    effect: (id, name, count) => send({ type: "effect", id, name, count }),
  });
  disk.switch(begin.disk);
  const network = await NodeNetwork.open({
    self: bootstrap.node,
    life,
    peers: begin.peers,
    listenHost: begin.listenHost,
    serving: options.serving,
    warn: (message) => send({ type: "log", level: "warn", message }),
  });
  const probe = new RealProbe(life, {
    fact: (kind, data) => send({ type: "fact", kind, data }),
    probe: (id, kind, detail) => send({ type: "probe", id, kind, detail }),
    mark: options.marked,
  });
  const environment = new NodeEnvironment({
    self: bootstrap.node,
    incarnation: bootstrap.incarnation,
    clock,
    timers: new RealTimers(life),
    random,
    network,
    disk,
    probe,
    log: (level, message, data) => {
      if (life.isAlive) send({ type: "log", level, message, ...(data === undefined ? {} : { data }) });
    },
    crash: options.crash,
  });
  return { environment, clock, time, disk, network, reports: new Reports({ life, probe, messageCount: () => network.messageCount, send }) };
}

function openClock({ clock: error, timeService }: Begin): Pick<NodeWorld, "clock" | "time"> {
  if (timeService === undefined) return { clock: new RealClock(() => Date.now(), error), time: undefined };
  const time = new DisciplinedClock(timeService);
  time.start();
  return { clock: new RealClock(() => time.realMs(), error), time };
}
