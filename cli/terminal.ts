// The world of a command: where it writes, what time it is, who interrupts it. The process in earnest, a recorder in tests.
import { styleText } from "node:util";
import type { Paint } from "../reports/index.ts";

export interface Terminal {
  /** Standard output: results only. */
  write(text: string): void;
  /** Standard error: progress and complaints. */
  complain(text: string): void;
  /** Standard error is a terminal that somebody looks at: lines may be rewritten. */
  readonly isLive: boolean;
  readonly hasColor: boolean;
  columns(): number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds, never goes back. */
  monotonicMs(): number;
  /** Aborted by the first Ctrl-C. */
  readonly interruption: AbortSignal;
}

/** The real one. A second Ctrl-C ends the process at once; `release` gives the signals back. */
export function processTerminal(): { readonly terminal: Terminal; release(): void } {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return signal === "SIGINT" ? process.exit(130) : undefined;
    process.stderr.write("\ninterrupted: healing and keeping what there is (Ctrl-C again ends at once)\n");
    controller.abort();
  };
  for (const signal of interruptions) process.on(signal, interrupt);
  process.stdout.on("error", forgive);
  process.stderr.on("error", forgive);
  const terminal: Terminal = {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    isLive: process.stderr.isTTY && !isSet(process.env["CI"]),
    hasColor: colorWanted(process.env, process.stdout.isTTY),
    columns: () => process.stderr.columns ?? 80,
    environment: process.env,
    directory: process.cwd(),
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    interruption: controller.signal,
  };
  const release = (): void => {
    for (const signal of interruptions) process.off(signal, interrupt);
  };
  return { terminal, release };
}

/** Ctrl-C, `kill`, a terminal that was closed. The last two may come twice at once, from a supervisor and from the launcher: only Ctrl-C insists. */
const interruptions: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A reader that goes away (`| head`, a terminal that was closed) is no crash of ours. */
function forgive(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

/** no-color.org first, then force-color.org, then whether somebody looks. */
export function colorWanted(environment: Terminal["environment"], isTerminal: boolean): boolean {
  if (isSet(environment["NO_COLOR"])) return false;
  if (environment["FORCE_COLOR"] !== undefined) return !["0", "false"].includes(environment["FORCE_COLOR"]);
  return isTerminal && environment["TERM"] !== "dumb";
}

const formats = { good: "green", bad: "red", doubtful: "yellow", faint: "dim", strong: "bold" } as const;

/** Colours for this terminal; none where none are wanted. */
export function paintFor(terminal: Pick<Terminal, "hasColor">): Paint {
  return (style, text) => (terminal.hasColor ? styleText(formats[style], text, { validateStream: false }) : text);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
