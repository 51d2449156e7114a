// A node that stops itself at a mark says so first: who stops it too early and lets it go on again would let it run into its own signal. For pauses.
import type { Timers } from "../../../harness/environment.ts";
import type { Running } from "../cluster/machine.ts";
import type { Member } from "../cluster/member.ts";
import { statOf } from "../undo/index.ts";

/** Between a node's word and its signal lie microseconds, and whatever its processor does instead. */
const limitMs = 2_000;
const pollMs = 1;

/** Stopped by whatever signal. False where that cannot be seen (no /proc). */
export function isStopped(running: Running | undefined): boolean {
  return running !== undefined && statOf(running.process)?.state === "T";
}

/** Resolves when it stands still by its own signal, has ended, or after a limit; at once if that cannot be seen. */
export async function untilStopped(member: Member, timers: Timers): Promise<void> {
  const { running } = member;
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += pollMs) {
    if (running === undefined || statOf(running.process) === undefined || isStopped(running)) return;
    await timers.sleep(pollMs);
  }
}

/**
 * Lets a node go on that still stands although nobody wants it to: it was stopped by somebody else before its own signal came.
 * Answers whether it goes on; true also for one that a fault keeps paused.
 */
export async function wake(member: Member, timers: Timers): Promise<boolean> {
  const holder = "a second look";
  for (let waitedMs = 0; isStandingAlone(member) && waitedMs < limitMs; waitedMs += pollMs) {
    await member.pause(holder);
    await member.resume(holder);
    await timers.sleep(pollMs);
  }
  return !isStandingAlone(member);
}

function isStandingAlone(member: Member): boolean {
  return isStopped(member.running) && member.state().status !== "paused";
}
