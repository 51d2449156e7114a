// Leaks: whatever a node takes from the real world is caught by name, and nobody else notices the tripwires.
import { describe, expect, test } from "vitest";
import { activeResources } from "./tripwires.ts";
import { inSimulation } from "./fixtures/toy.ts";

const leaks: readonly (readonly [string, () => unknown])[] = [
  ["Date.now", () => Date.now()],
  ["new Date()", () => new Date()],
  ["Date()", () => Date()],
  ["Math.random", () => Math.random()],
  ["performance.now", () => performance.now()],
  ["setTimeout", () => setTimeout(() => undefined, 1)],
  ["setInterval", () => setInterval(() => undefined, 1)],
  ["setImmediate", () => setImmediate(() => undefined)],
  ["fetch", () => fetch("http://127.0.0.1:1/")],
  ["crypto.randomUUID", () => crypto.randomUUID()],
  ["crypto.getRandomValues", () => crypto.getRandomValues(new Uint8Array(1))],
  ["crypto.subtle", () => crypto.subtle.digest("SHA-256", new Uint8Array(1))],
  ["AbortSignal.timeout", () => AbortSignal.timeout(1)],
  ["process.hrtime", () => process.hrtime()],
  ["process.hrtime", () => process.hrtime.bigint()],
  ["process.uptime", () => process.uptime()],
  ["process.memoryUsage", () => process.memoryUsage()],
];

describe("a node that uses", () => {
  test.each(leaks)("%s fails the run with the name of the interface and the node", async (api, leak) => {
    const run = inSimulation(
      {
        start: (environment) => {
          if (environment.self === "n2") environment.timers.after(5, leak);
        },
      },
      (cluster) => cluster.timers.sleep(10),
    );
    await expect(run).rejects.toMatchObject({ name: "SimulationLeakError", api, host: "n2" });
  });

  test("Date.now in a promise continuation, and swallows the error, is caught all the same", async () => {
    const swallowing = async (sleep: Promise<void>): Promise<void> => {
      await sleep;
      try {
        Date.now();
      } catch {
        // Swallowed on purpose.
      }
    };
    const run = inSimulation({ start: (environment) => void swallowing(environment.timers.sleep(1)) }, (cluster) => cluster.timers.sleep(10));
    await expect(run).rejects.toMatchObject({ name: "SimulationLeakError", api: "Date.now" });
  });

  test("dates that tell no time is left alone", async () => {
    const seen: unknown[] = [];
    await inSimulation({ start: () => void seen.push(new Date(5).getTime(), Date.UTC(2_000, 0), new Date(7) instanceof Date) }, () => Promise.resolve());
    expect(seen.slice(0, 3)).toEqual([5, Date.UTC(2_000, 0), true]);
  });
});

describe("the tripwires", () => {
  test("let the harness use real time in the body, in observers and between runs", async () => {
    const times: number[] = [];
    await inSimulation({ start: (environment) => void environment.timers.after(1, () => environment.probe.fact("x", {})) }, async (cluster) => {
      times.push(Date.now());
      cluster.subscribe({ fact: () => void times.push(Date.now()), probe: () => undefined, died: () => undefined, log: () => undefined });
      await cluster.timers.sleep(5);
      times.push(performance.now());
    });
    expect(times).toHaveLength(5);
  });

  test("let clients alone: their code shares its events with the harness", async () => {
    const times: number[] = [];
    await inSimulation({ start: () => undefined }, async (cluster) => {
      cluster.clientEnvironment(0).timers.after(1, () => times.push(Date.now()));
      await cluster.timers.sleep(5);
    });
    expect(times).toHaveLength(1);
  });

  test("leave every global exactly as it was", async () => {
    const members: readonly (readonly [object, string])[] = [
      [globalThis, "Date"],
      [Math, "random"],
      [performance, "now"],
      [globalThis, "setTimeout"],
      [globalThis, "fetch"],
      [crypto, "randomUUID"],
      [process, "hrtime"],
    ];
    const descriptors = (): unknown[] => members.map(([owner, member]) => Object.getOwnPropertyDescriptor(owner, member));
    const before = descriptors();
    await inSimulation({ start: () => undefined }, () => Promise.resolve());
    expect(descriptors()).toEqual(before);
    await inSimulation({ start: () => undefined }, () => Promise.reject(new Error("x"))).catch(() => undefined);
    expect(descriptors()).toEqual(before);
  });

  test("leave nothing on the real event loop after a run", async () => {
    const before = activeResources();
    await inSimulation({ start: (environment) => void environment.timers.every(1, () => undefined) }, (cluster) => cluster.timers.sleep(500));
    expect(activeResources()).toEqual(before);
  });
});
