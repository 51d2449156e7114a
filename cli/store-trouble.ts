// What becomes of a judged run for which the store has no room. For whatever keeps runs.
import { EnvironmentError, UsageError } from "../harness/errors.ts";
import type { RunResult } from "../harness/run.ts";
import { visible } from "../reports/index.ts";
import type { Session } from "./command.ts";

/** A violation, or a doubt, outranks a full disk: it is told although it could not be kept. @throws the error if there is neither, or the store is not to blame */
export function forgiveStore({ terminal }: Session, { verdict }: Pick<RunResult, "verdict">, error: unknown): void {
  if (verdict.verdict === "valid" || !(error instanceof EnvironmentError || error instanceof UsageError)) throw error;
  terminal.complain(`warning: the run could not be kept: ${visible(error.message, 2000)}\n`);
}
