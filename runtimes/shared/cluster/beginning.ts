// What every incarnation of a node begins with, but for what faults have set. For the run, which gives it to members.
import type { Subject } from "../../../harness/runtime.ts";
import type { Address } from "../wire/bootstrap.ts";
import type { AddressBook, Begin } from "../wire/control.ts";
import type { Machine } from "./machine.ts";
import type { RunFrame } from "./run-frame.ts";

export type Beginning = Omit<Begin, "clock" | "disk" | "traps" | "watchedMarks">;

export interface BeginningOptions {
  readonly frame: RunFrame;
  readonly subject: Subject;
  readonly machine: Machine;
  /** Where the node dials its peers. */
  readonly peers: AddressBook;
  readonly timeService: Address | undefined;
}

/** By incarnation, because each has chance of its own. */
export function beginningOf({ frame, machine, peers, subject, timeService }: BeginningOptions): (incarnation: number) => Beginning {
  const { nodes, plan } = frame;
  const { bug, system } = subject;
  const common = {
    type: "begin" as const,
    module: machine.moduleInside(plan.module),
    ...(bug === undefined ? {} : { bug: bug.name }),
    variant: plan.variant ?? system.variants[0]?.name ?? "",
    nodes,
    parameters: plan.options.system ?? {},
    listenHost: machine.listenHost,
    peers,
    diskDirectory: machine.diskDirectoryInside,
    keepsDiskImage: machine.cutPower === undefined,
    ...(timeService === undefined ? {} : { timeService }),
  };
  return (incarnation) => ({ ...common, seed: `${plan.seed}/node/${machine.node}/${incarnation}` });
}
