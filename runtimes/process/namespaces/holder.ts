// A network namespace that lives as long as a tiny process holds it, and that process as long as the harness: nothing is ever
// left behind, because nothing has a name. For the network of one run and for probes.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { CommandError, runCommand, type CommandOptions } from "../../shared/power/index.ts";

/**
 * Makes the settings (`path=value` below /proc/sys/net; what this kernel does not know is left out), says that it is there, and waits for the
 * end of its input: the harness closed it or was killed. Then it ends whatever still runs in the namespace, stopped processes
 * included, which no end of file reaches. A pass that kills nobody is the last one; a process that cannot die ends it, too.
 */
const program = `
for setting in "$@"; do
  file=/proc/sys/net/\${setting%%=*}
  if [ -e "$file" ]; then echo "\${setting#*=}" > "$file" || exit 1; fi
done
echo held
while read -r line; do :; done
pass=0
again=yes
while [ "$again" = yes ] && [ "$pass" -lt 200 ]; do
  again=no
  pass=$((pass + 1))
  for process in /proc/[0-9]*; do
    pid=\${process#/proc/}
    if [ "$pid" != "$$" ] && [ "$process/ns/net" -ef "/proc/$$/ns/net" ] && kill -9 "$pid" 2>/dev/null; then again=yes; fi
  done
done`;

const endLimitMs = 5_000;

export class Holder {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<unknown>;
  readonly pid: number;

  private constructor(process: ChildProcessByStdio<Writable, Readable, Readable>, pid: number) {
    this.#process = process;
    this.pid = pid;
    this.#ended = once(process, "close");
  }

  /** @throws CommandError if namespaces cannot be made here */
  static async begin(settings: readonly string[]): Promise<Holder> {
    const command = ["unshare", "--net", "--", "sh", "-c", program, "holder", ...settings];
    // A session of its own: Ctrl-C on the terminal is for the harness, which then closes its namespaces in order.
    const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["pipe", "pipe", "pipe"], detached: true, cwd: "/" });
    // The holder may be killed by somebody else: then its pipe is broken, and whoever waits for it sees its end.
    child.stdin.on("error", () => undefined);
    const said = await firstWords(child);
    if (said === "held\n" && child.pid !== undefined) return new Holder(child, child.pid);
    throw new CommandError(["unshare", "--net"], said.trim() || "ended at once", { isMissing: child.pid === undefined });
  }

  /** The command prefix that runs a program in this namespace; it becomes the program and keeps its pid. */
  get prefix(): readonly string[] {
    return ["nsenter", `--net=/proc/${this.pid}/ns/net`, "--"];
  }

  /** Runs a tool in this namespace. @throws CommandError */
  async run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
    return await runCommand([...this.prefix, ...command], options);
  }

  /** Resolves when the holder has gone, and with it what ran in the namespace. Idempotent. */
  async end(): Promise<void> {
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), endLimitMs);
    await this.#ended;
    clearTimeout(timer);
  }
}

/** `held`, or what it complained about. */
async function firstWords(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<string> {
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return await new Promise((resolve) => {
    let complaint = "";
    child.stderr.on("data", (text: string) => (complaint += text));
    child.stdout.once("data", (text: string) => resolve(text));
    child.once("error", (error) => resolve(String(error)));
    child.once("close", () => resolve(complaint));
  });
}
