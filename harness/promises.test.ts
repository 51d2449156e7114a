import { describe, expect, test } from "vitest";
import type { File, Network, Timers } from "./environment.ts";
import { callAsync, readAsync, TimeoutError, withTimeout } from "./promises.ts";

/** Timers that fire when told to. */
function manualTimers(): Timers & { readonly set: Map<number, () => void> } {
  const set = new Map<number, () => void>();
  let next = 0;
  return {
    set,
    after: (_ms, run) => (set.set(next, run), next++),
    every: () => next++,
    cancel: (id) => void set.delete(id),
    sleep: () => Promise.resolve(),
  };
}

describe("withTimeout", () => {
  test("gives the answer or the rejection of the promise, and its timer is gone", async () => {
    const timers = manualTimers();
    await expect(withTimeout(timers, Promise.resolve(7), { timeoutMs: 5, what: "it" })).resolves.toBe(7);
    await expect(withTimeout(timers, Promise.reject(new Error("no")), { timeoutMs: 5, what: "it" })).rejects.toThrow("no");
    expect(timers.set.size).toBe(0);
  });

  test("rejects when the time is over, and says what took so long", async () => {
    const timers = manualTimers();
    const waiting = withTimeout(timers, new Promise(() => {}), { timeoutMs: 5, what: "counting sheep" });
    for (const run of timers.set.values()) run();
    await expect(waiting).rejects.toThrow(new TimeoutError("counting sheep", 5));
  });
});

describe("the promise forms", () => {
  test("of a call resolve with the reply or with the error, never reject", async () => {
    const network = (error: boolean): Network => ({
      serve: () => undefined,
      send: () => undefined,
      onMessage: () => undefined,
      call: (_to, request, _options, done) => (error ? done({ kind: "Refused", isDefinite: true }, null) : done(null, { status: 200, body: request.path })),
    });
    const request = { method: "GET", path: "/x" } as const;
    expect(await callAsync(network(false), "n1", request, { timeoutMs: 1 })).toEqual({ reply: { status: 200, body: "/x" } });
    expect(await callAsync(network(true), "n1", request, { timeoutMs: 1 })).toEqual({ error: { kind: "Refused", isDefinite: true } });
  });

  test("of the disk keep error and value apart", async () => {
    const file = (fails: boolean): File =>
      ({ read: (_at, length, done) => done(fails ? { kind: "InputOutput", path: "f" } : null, new Uint8Array(length)) }) as Partial<File> as File;
    expect(await readAsync(file(false), 0, 3)).toEqual({ value: new Uint8Array(3) });
    expect(await readAsync(file(true), 0, 3)).toEqual({ error: { kind: "InputOutput", path: "f" } });
  });
});
