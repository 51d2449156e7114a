// Whether clocks of foreign processes can be moved on this machine, found out by doing it to a child. For the capability probe.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { identifyProcess } from "../undo/process-identity.ts";
import { VdsoClock } from "./vdso-clock.ts";
import { VdsoError } from "./vdso-error.ts";

export interface VdsoProbe {
  readonly ok: boolean;
  /** What was seen, or why it cannot be done here. */
  readonly reason: string;
}

/** Tells its time whenever it is asked. */
const program = `process.stdin.on("data", () => console.log(Date.now())); process.stdin.on("end", () => process.exit())`;
const hourNs = 3_600_000_000_000n;
const toleranceMs = 60_000;
const limitMs = 10_000;

/** Begins a child, moves its clock by an hour, asks it, moves it back, asks again. Never rejects; the child is gone afterwards. About 0.1 s. */
export async function probeVdso(): Promise<VdsoProbe> {
  // An empty environment: what is preloaded into this process must not be what is probed.
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "ignore"], env: {}, timeout: limitMs, killSignal: "SIGKILL" });
  const ended = once(child, "close").catch(() => undefined);
  try {
    return await moveAndAsk(child);
  } catch (error) {
    return { ok: false, reason: error instanceof VdsoError ? error.message : `the probe failed: ${String(error)}` };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function moveAndAsk(child: ChildProcess): Promise<VdsoProbe> {
  const ask = await questions(child);
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  if (identity === undefined) return { ok: false, reason: "platform: processes cannot be identified here (no /proc)" };
  const clock = VdsoClock.attach(identity);
  try {
    clock.setOffset(hourNs);
    const movedMs = await ask();
    clock.undo();
    return judged(movedMs, await ask());
  } finally {
    clock.close();
  }
}

function judged(movedMs: number, backMs: number): VdsoProbe {
  if (Math.abs(movedMs - 3_600_000) > toleranceMs) return { ok: false, reason: `a child whose clock was moved by an hour was off by ${movedMs} ms` };
  if (Math.abs(backMs) > toleranceMs) return { ok: false, reason: `a child whose clock was moved back was off by ${backMs} ms` };
  return { ok: true, reason: "a child's clock was moved by an hour and back" };
}

/** A function that asks the child how far its clock is ahead of ours, in milliseconds. Resolves when the child has answered once. */
async function questions(child: ChildProcess): Promise<() => Promise<number>> {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("a child without pipes");
  // A child that dies at once breaks the pipe; the end of its output says so.
  stdin.on("error", () => undefined);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const ask = async (): Promise<number> => {
    stdin.write("?");
    const { done, value } = await lines.next();
    if (done === true) throw new Error("the child ended");
    return Number(value) - Date.now();
  };
  await ask();
  return ask;
}
