// A paused container, against an engine that fails as a real one does on a busy machine.
import { describe, expect, test } from "vitest";
import { ContainerRunning, type RunningParts } from "./container-running.ts";

class EngineError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** `failures`: how many of the next pauses the kernel's freezer refuses. */
function paused(failures: number): { readonly running: ContainerRunning; readonly state: { Running: boolean; Paused: boolean }; readonly open: Set<string> } {
  const state = { Running: true, Paused: false };
  const open = new Set<string>();
  let left = failures;
  const container = {
    pause: async () => {
      if (left-- > 0) throw new EngineError(500, "OCI runtime pause failed: unable to freeze");
      state.Paused = true;
    },
    unpause: async () => {
      if (!state.Paused) throw new EngineError(500, "the container is not paused");
      state.Paused = false;
    },
    inspect: async () => ({ State: { ...state } }),
  };
  const parts = {
    container,
    name: "n1",
    // A process that is none: nothing is signalled.
    process: { pid: 2 ** 22 + 1, startTime: "0", bootId: "" },
    reachableAt: "127.0.0.1",
    ended: new Promise<never>(() => undefined),
    journal: { before: () => (open.add("resume"), { done: () => void open.delete("resume") }) },
  };
  // Only what a pause needs.
  return { running: new ContainerRunning(parts as unknown as RunningParts), state, open };
}

describe("a pause that the freezer refuses", () => {
  test("is tried again", async () => {
    const { running, state, open } = paused(2);
    await running.pause();
    expect([state.Paused, open.size]).toEqual([true, 1]);
    await running.resume();
    expect([state.Paused, open.size]).toEqual([false, 0]);
  });

  test("for good is an error that leaves nothing behind, and the next pause begins anew", async () => {
    const { running, state, open } = paused(3);
    await expect(running.pause()).rejects.toThrow("unable to freeze");
    expect(open.size).toBe(0);
    await running.pause();
    expect([state.Paused, open.size]).toEqual([true, 1]);
  });
});

test("a container that runs although it was paused, by whomever, is resumed", async () => {
  const { running, state, open } = paused(0);
  await running.pause();
  state.Paused = false;
  await running.resume();
  expect([state.Paused, open.size]).toEqual([false, 0]);
});
