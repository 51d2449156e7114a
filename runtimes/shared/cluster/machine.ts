// What carries one node in real time: how its process is begun, ended, stopped and reached. Implemented by the process and the container runtime.
import type { NodeName } from "../../../harness/operation.ts";
import type { ProcessIdentity } from "../undo/index.ts";
import type { Bootstrap } from "../wire/bootstrap.ts";

export interface Ending {
  /** Null: ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Last words on its standard error, at most 4 KiB. */
  readonly lastWords: string;
}

/** One incarnation's process. */
export interface Running {
  /** The node's own process as this machine numbers it (also one in a container), for signals and clocks. */
  readonly process: ProcessIdentity;
  /** Host part of the address at which links reach its servers. */
  readonly reachableAt: string;
  /** Settles once it has gone, however. Never rejects. */
  readonly ended: Promise<Ending>;
  /** SIGKILL, also to one that is stopped; resolves when it has gone. Idempotent. */
  kill(): Promise<void>;
  /** Stopped when it resolves (read back); the undo entry is on the disk before. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Its share of one processor from now on: 1 / factor. Resolves to the way back. */
  slow(factor: number): Promise<() => Promise<void>>;
}

export interface Machine {
  readonly node: NodeName;
  /** Folder on this machine that holds `data` and `image`: for wipes, bit rot and power cuts. */
  readonly diskDirectory: string;
  /** The same folder as the node sees it. */
  readonly diskDirectoryInside: string;
  /** Address on which the node's servers listen, as the node sees it. */
  readonly listenHost: string;
  /** A module's URL as the node sees it. */
  moduleInside(url: string): string;
  /** Begins a new incarnation; resolves when its process exists. One at a time. @throws EnvironmentError */
  start(bootstrap: Bootstrap): Promise<Running>;
  /** Power is cut below the node's disk (a file system of its own): what was not made durable is gone. Absent: the cluster does it with the disk layer's image. */
  cutPower?(): Promise<{ readonly detail: Readonly<Record<string, number>> }>;
  /** Everything of it is gone but its logs. Idempotent. */
  remove(): Promise<void>;
}

/** Makes the machines of one run. */
export interface Machinery {
  /** Address on which the control server (and a time service) listens: reachable by the nodes, by nobody else if possible. */
  readonly controlHost: string;
  machine(node: NodeName): Promise<Machine>;
  /** Removes what is common to all. Idempotent. */
  close(): Promise<void>;
}
