// How a life of a node ended, and what people and judges are told of it. For lives and members.
import { exitCodes } from "../host/exit.ts";
import type { Ending } from "./machine.ts";

export interface Death {
  /** Undefined: there never was a process, see `failure`. */
  readonly ending: Ending | undefined;
  /** Its own last words on the control channel. */
  readonly said: { readonly reason: string; readonly isUncaught: boolean } | undefined;
  /** What went wrong around it: it could not be started, did not report, broke the rules of the channel, its links could not be opened or closed. */
  readonly failure: Error | undefined;
}

/** Why it died, one line. */
export function reasonOf({ ending, failure, said }: Death): string {
  if (said !== undefined) return said.reason;
  if (failure !== undefined) return failure.message;
  return ending === undefined ? "it never ran" : endingOf(ending);
}

/** E.g. `its process was ended by SIGKILL`, with what it wrote last. */
export function endingOf({ exitCode, lastWords, signal }: Ending): string {
  const how = signal === null ? `its process ended with exit code ${exitCode ?? "unknown"}` : `its process was ended by ${signal}`;
  const words = lastWords.trim();
  return words === "" ? how : `${how}: ${words}`;
}

/** The node host could not do its part, whatever the node is: no harness, no port, no folder, no such module. */
export function isHostTrouble({ exitCode }: Ending): boolean {
  return exitCode === exitCodes.environment || exitCode === exitCodes.usage;
}

/** Signals by which a process ends itself: what the code did was beyond an exception. */
const crashSignals: readonly string[] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"];

/** Also where the harness could not be told any more, or the process crashed below its code. */
export function isUncaught({ ending, said }: Death): boolean {
  return said?.isUncaught ?? (ending?.exitCode === exitCodes.uncaught || isCrash(ending?.signal));
}

/** Somebody outside ended it: an operator, or a kernel short of memory. Not the node's doing, and a kill all the same. */
export function isFromOutside({ ending, said }: Death): boolean {
  const signal = ending?.signal;
  return said === undefined && typeof signal === "string" && !isCrash(signal);
}

function isCrash(signal: string | null | undefined): boolean {
  return typeof signal === "string" && crashSignals.includes(signal);
}

/** Whatever was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`something that is no error was thrown: ${JSON.stringify(thrown)}`);
}
