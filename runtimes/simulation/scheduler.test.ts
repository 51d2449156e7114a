// Virtual time: order, draining, ends, and errors that must not leave the run.
import { describe, expect, test } from "vitest";
import { Scheduler, type Owner, type SchedulerOptions } from "./scheduler.ts";
import { SimulationError } from "./simulation-error.ts";
import { RecorderTimers } from "./timers.ts";
import { callOf, inSimulation, toyPlan } from "./fixtures/toy.ts";

function newScheduler(overrides: Partial<SchedulerOptions> = {}): Scheduler {
  return new Scheduler({
    eventLimit: 100_000,
    virtualLimitMs: 100_000,
    tieSeed: 0,
    drain: undefined,
    failed: (error) => expect.unreachable(String(error)),
    ...overrides,
  });
}

/** Schedules labelled events and answers in which order they ran. */
async function orderOf(
  scheduler: Scheduler,
  schedule: (add: (label: string, delayUs: number, hostIndex: number | "recorder") => void) => void,
): Promise<string[]> {
  const order: string[] = [];
  await scheduler.run(
    () =>
      new Promise<void>((resolve) => {
        schedule((label, delayUs, hostIndex) => {
          const event = { fire: () => void order.push(label) };
          if (hostIndex === "recorder") scheduler.scheduleRecorder(event, 0, delayUs);
          else scheduler.schedule(event, 0, delayUs, hostIndex);
        });
        scheduler.schedule({ fire: () => resolve() }, 0, 1_000, 0);
      }),
  );
  return order;
}

describe.each(["tick", "immediate"] as const)("a scheduler that drains by %s", (drain) => {
  test("runs events by time, those of one instant in order of scheduling, the recorder's first", async () => {
    const order = await orderOf(newScheduler({ drain }), (add) => {
      add("late", 20, 0);
      add("first", 10, 0);
      add("second", 10, 1);
      add("recorder", 10, "recorder");
      add("now", 0, 0);
    });
    expect(order).toEqual(["now", "recorder", "first", "second", "late"]);
  });

  test("runs every microtask and tick of an event before the next one, however deep the chain", async () => {
    const scheduler = newScheduler({ drain });
    const order: string[] = [];
    const deep = async (depth: number): Promise<void> => {
      if (depth > 0) await deep(depth - 1);
      else await new Promise<void>((resolve) => process.nextTick(resolve));
    };
    await scheduler.run(
      () =>
        new Promise<void>((resolve) => {
          scheduler.schedule({ fire: () => void deep(500).then(() => order.push("chain")) }, 0, 1, 0);
          scheduler.schedule({ fire: () => void order.push("next event") }, 0, 1, 0);
          scheduler.schedule({ fire: () => resolve() }, 0, 2, 0);
        }),
    );
    expect(order).toEqual(["chain", "next event"]);
  });

  test("attributes a throw, a floating rejection, and throws in microtasks and ticks to the owner of the event, and keeps all of them inside", async () => {
    const failures: string[] = [];
    const outside: unknown[] = [];
    const listener = (error: unknown): void => void outside.push(error);
    process.on("uncaughtException", listener);
    process.on("unhandledRejection", listener);
    const before = [process.listeners("uncaughtException"), process.listeners("unhandledRejection")];
    const scheduler = newScheduler({ drain, failed: (error, owner) => failures.push(`${owner?.name ?? "nobody"}: ${(error as Error).message}`) });
    const as = (name: string, action: () => void): void => {
      const owner: Owner = { name, isNode: true };
      const fire = (): void => {
        scheduler.current = owner;
        action();
      };
      scheduler.schedule({ fire }, 0, 1, 0);
    };
    const fail = (message: string) => (): never => {
      throw new Error(message);
    };
    await scheduler.run(
      () =>
        new Promise<void>((resolve) => {
          as("n1", fail("sync"));
          as("n2", () => void Promise.resolve().then(fail("rejection")));
          as("n3", () => queueMicrotask(fail("microtask")));
          as("n4", () => process.nextTick(fail("tick")));
          as("n5", fail("after"));
          scheduler.schedule({ fire: () => resolve() }, 0, 2, 0);
        }),
    );
    const after = [process.listeners("uncaughtException"), process.listeners("unhandledRejection")];
    process.off("uncaughtException", listener);
    process.off("unhandledRejection", listener);
    expect(failures).toEqual(["n1: sync", "n2: rejection", "n3: microtask", "n4: tick", "n5: after"]);
    expect(outside).toEqual([]);
    expect(after).toEqual(before);
  });

  test("ends with `stuck` when the body waits for something that no event brings", async () => {
    const run = newScheduler({ drain }).run(() => new Promise(() => undefined));
    await expect(run).rejects.toMatchObject({ name: "SimulationError", failure: "stuck" });
  });

  test("ends at the event limit when something goes round without end", async () => {
    const scheduler = newScheduler({ drain, eventLimit: 500 });
    const again = { fire: () => void scheduler.schedule(again, 0, 0, 0) };
    again.fire();
    await expect(scheduler.run(() => new Promise(() => undefined))).rejects.toMatchObject({ failure: "event-limit" });
    expect(scheduler.nowUs).toBe(0);
  });

  test("ends at the virtual limit when time passes and nothing else happens", async () => {
    const scheduler = newScheduler({ drain, virtualLimitMs: 100 });
    new RecorderTimers(scheduler).every(1, () => undefined);
    await expect(scheduler.run(() => new Promise(() => undefined))).rejects.toMatchObject({ failure: "virtual-limit" });
  });
});

describe("a scheduler", () => {
  test("resolves through a macrotask, so that what follows does not run inside the drain", async () => {
    const order: string[] = [];
    const scheduler = newScheduler();
    const run = scheduler.run(() => Promise.resolve().then(() => order.push("body")));
    await run;
    order.push("after");
    const isInsideDrain = scheduler.current !== null;
    expect([order, isInsideDrain]).toEqual([["body", "after"], false]);
  });

  test("rejects with the body's own error", async () => {
    const failure = new Error("mine");
    await expect(newScheduler().run(() => Promise.reject(failure))).rejects.toBe(failure);
  });

  test("lets the real event loop have its turn during a long run", async () => {
    const scheduler = newScheduler({ eventLimit: 1_000_000 });
    let realTurns = 0;
    const turn = (): void => {
      realTurns++;
      handle = setImmediate(turn);
    };
    let handle = setImmediate(turn);
    let left = 50_000;
    await scheduler.run(
      () =>
        new Promise<void>((resolve) => {
          const again = { fire: (): void => void (--left > 0 ? scheduler.schedule(again, 0, 1, 0) : resolve()) };
          again.fire();
        }),
    );
    clearImmediate(handle);
    expect(realTurns).toBeGreaterThan(3);
  });

  test("shuffles events of different hosts at one instant under a tie seed, never those of one host", async () => {
    const labels = Array.from({ length: 8 }, (_, host) => [0, 1, 2].map((index) => `${host}.${index}`)).flat();
    const shuffled = async (tieSeed: number): Promise<string[]> =>
      orderOf(newScheduler({ tieSeed }), (add) => {
        for (const label of labels.toSorted((a, b) => Number(a.split(".")[1]) - Number(b.split(".")[1]))) add(label, 10, Number(label.split(".")[0]));
      });
    const first = await shuffled(7);
    expect(await shuffled(7)).toEqual(first);
    expect(await shuffled(8)).not.toEqual(first);
    for (let host = 0; host < 8; host++) expect(first.filter((label) => label.startsWith(`${host}.`))).toEqual([0, 1, 2].map((index) => `${host}.${index}`));
  });

  test("fails the run, not a node, when code of a client throws", async () => {
    const run = inSimulation({ start: () => undefined }, async (cluster) => {
      cluster.clientEnvironment(0).timers.after(1, () => {
        throw new Error("client broke");
      });
      await cluster.timers.sleep(10);
    });
    await expect(run).rejects.toMatchObject({ failure: "client", message: expect.stringContaining("client broke") });
    await expect(run).rejects.toBeInstanceOf(SimulationError);
  });

  test("gives the same trace whichever way it drains", async () => {
    const hashes = await Promise.all(
      (["tick", "immediate"] as const).map((drain) =>
        inSimulation(
          {
            plan: toyPlan({ seed: "drain" }),
            settings: { drain },
            start: (environment) =>
              environment.network.serve((request, _from, answer) => void Promise.resolve().then(() => answer({ status: 200, body: request.body ?? null }))),
          },
          async (cluster) => {
            for (let index = 0; index < 20; index++) await callOf(cluster.clientEnvironment(0), "n1", index);
            return cluster.statistics().traceHash;
          },
        ),
      ),
    );
    expect(hashes[0]).toBe(hashes[1]);
  });
});
