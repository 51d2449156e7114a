// How a container ended, in the words of machines: its init process passes the node's own end on as an exit code.
import { constants } from "node:os";
import type { Ending } from "../shared/cluster/index.ts";

export interface ContainerEnd {
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  readonly lastWords: string;
}

/** Codes above 128 are signals, as init reports them: a node that exits with such a code by itself cannot be told apart from one that was signalled. */
export function endingOf({ exitCode, isOutOfMemory, lastWords }: ContainerEnd): Ending {
  const words = isOutOfMemory ? `killed by the kernel: out of the memory that its container may use\n${lastWords}`.slice(0, 4096) : lastWords;
  const signal = signalNames.get(exitCode - 128);
  return signal === undefined ? { exitCode, signal: null, lastWords: words } : { exitCode: null, signal, lastWords: words };
}

const signalNames: ReadonlyMap<number, string> = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
