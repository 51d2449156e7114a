// How a node host ends, for those who find only its exit code. For node hosts.
import { writeSync } from "node:fs";

export const exitCodes = {
  stopped: 0,
  /** The harness cannot be reached, or a folder or port cannot be had. */
  environment: 4,
  /** Broken bootstrap, module or message. */
  usage: 64,
  /** An exception that nobody caught. */
  uncaught: 70,
  /** `environment.crash`. */
  crashed: 71,
} as const;

/** For an end of which the harness cannot be told: one line on the standard error. */
export function quit(code: number, problem: string): never {
  try {
    writeSync(2, `faultline node host: ${problem.replaceAll(/\s*\n\s*/g, " ")}\n`);
  } catch {
    // Nobody reads it; the code says the rest.
  }
  process.exit(code);
}
