// One tool of the system, run to its end with an argument array. For what needs root: file systems and network namespaces.
import { spawn } from "node:child_process";
import { EnvironmentError } from "../../../harness/errors.ts";

/** A tool that is missing, failed, or did not end in time. */
export class CommandError extends EnvironmentError {
  readonly command: readonly string[];
  /** True: the tool is not installed. */
  readonly isMissing: boolean;
  /** What it said on its standard error, trimmed; the system's error if it could not be started. */
  readonly said: string;

  constructor(command: readonly string[], said: string, options: { readonly isMissing: boolean; readonly cause?: unknown }) {
    super(`${command.join(" ")}: ${said}`, options.isMissing ? `install ${command[0] ?? ""}` : "see what this machine can do with faultline doctor", {
      cause: options.cause,
    });
    this.name = "CommandError";
    this.command = command;
    this.isMissing = options.isMissing;
    this.said = said;
  }
}

export interface CommandOptions {
  /** Text for its standard input; default: none. */
  readonly input?: string;
  /** It is killed after this; default 30 s. */
  readonly limitMs?: number;
}

/** Runs a tool; answers what it printed. */
export type RunCommand = (command: readonly string[], options?: CommandOptions) => Promise<string>;

const defaultLimitMs = 30_000;

/**
 * Runs a tool with the C locale and the system's folders of tools in its path. Resolves to its standard output.
 * @throws CommandError if it is missing, ends with another status than 0, or is killed at the limit
 */
export async function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [file, ...args] = command;
  if (file === undefined) throw new Error("no command");
  const { input = "", limitMs = defaultLimitMs } = options;
  const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: "C" };
  const child = spawn(file, args, { stdio: "pipe", env, timeout: limitMs, killSignal: "SIGKILL" });
  let output = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  // A tool that ends without reading its input breaks the pipe; its status says more.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return await new Promise((resolve, reject) => {
    child.once("error", (cause) => {
      const isMissing = "code" in cause && cause.code === "ENOENT";
      reject(new CommandError(command, isMissing ? `${file} is not installed` : String(cause), { isMissing, cause }));
    });
    child.once("close", (exitCode, signal) => {
      if (exitCode === 0) resolve(output);
      else reject(new CommandError(command, endingOf({ said, exitCode, signal, limitMs }), { isMissing: false }));
    });
  });
}

function endingOf(ending: { readonly said: string; readonly exitCode: number | null; readonly signal: string | null; readonly limitMs: number }): string {
  const said = ending.said.trim();
  if (said !== "") return said;
  return ending.signal === null ? `ended with status ${ending.exitCode}` : `ended by ${ending.signal} (limit ${ending.limitMs} ms)`;
}
