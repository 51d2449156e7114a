// Clients of every kind: that throw, hang, lie, or come too late.
import { describe, expect, test } from "vitest";
import type { Client } from "./client.ts";
import { registerClient, registerSystem, resolvedRegister } from "./fixtures/register-system.ts";
import type { Input } from "./operation.ts";
import { runPlan } from "./runner.ts";
import type { System } from "./system.ts";

/** A system whose client does what `invoke` says, with the ordinary client at hand. */
function withClient(
  invoke: (input: Input, ordinary: Client, cluster: { readonly home: string; readonly clientName: string }) => ReturnType<Client["invoke"]>,
  close: () => Promise<void> = async () => {},
): System {
  return registerSystem({
    client: (environment, view) => {
      const ordinary = registerClient(environment, view.home);
      return { invoke: (input) => invoke(input, ordinary, view), close };
    },
  });
}

describe("a client", () => {
  test("that throws leaves its operation open, with the message, and its process is retired", async () => {
    const names = new Set<string>();
    const system = withClient(async (input, ordinary, { clientName }) => {
      names.add(clientName);
      if (input.f === "write") throw new Error("out of cheese");
      return ordinary.invoke(input);
    });
    const { history } = await runPlan(resolvedRegister({ system }));
    const writes = history.operations.filter(({ input }) => input.f === "write");
    expect(writes.length).toBeGreaterThan(3);
    for (const write of writes) expect(write).toMatchObject({ type: "info", error: "indeterminate: out of cheese", completedIndex: Infinity });
    for (const { id, process } of writes) expect(history.operations.some((later) => later.id > id && later.process === process)).toBe(false);
    // The slot goes on under the next number: no number of a slot is left out.
    for (const slot of [0, 1, 2]) {
      const numbers = [...new Set(history.operations.map(({ process }) => process).filter((process) => process % 3 === slot))];
      expect(numbers).toEqual(numbers.map((_, index) => slot + 3 * index));
    }
    expect(names.size).toBeGreaterThan(writes.length);
  });

  test("that throws before its first await is no different", async () => {
    const { history } = await runPlan(
      resolvedRegister({
        system: withClient(() => {
          throw new Error("at once");
        }),
      }),
    );
    expect(new Set(history.operations.map(({ error }) => error))).toEqual(new Set(["indeterminate: at once"]));
  });

  test("that cannot be opened has certainly done nothing", async () => {
    const system = registerSystem({
      client: () => {
        throw new Error("no route");
      },
    });
    const { history, verdict } = await runPlan(resolvedRegister({ system }));
    expect(new Set(history.operations.map(({ type, error }) => `${type} ${error}`))).toEqual(new Set(["fail no client: no route"]));
    expect(new Set(history.operations.map(({ process }) => process))).toEqual(new Set([0, 1, 2]));
    expect(verdict).toMatchObject({ verdict: "unknown", why: "no operation was ok: the run proves nothing" });
  });

  test("that never answers is ended at the limit, exactly, and its close is not waited for", async () => {
    const system = withClient(
      (input, ordinary) => (input.f === "write" ? new Promise(() => {}) : ordinary.invoke(input)),
      () => new Promise(() => {}),
    );
    const result = await runPlan(resolvedRegister({ system }));
    const writes = result.history.operations.filter(({ input }) => input.f === "write");
    expect(writes.length).toBeGreaterThan(3);
    for (const { type, error, invokedNs, completedNs } of writes)
      expect([type, error, completedNs - invokedNs]).toEqual(["info", "no answer within 500 ms", 500e6]);
    expect(result.ending).toBe("completed");
  });

  test("that answers after its limit changes nothing any more", async () => {
    const system = registerSystem({
      client: (environment, { home }) => {
        const ordinary = registerClient(environment, home);
        return { close: async () => {}, invoke };
        async function invoke(input: Input): ReturnType<Client["invoke"]> {
          await environment.timers.sleep(input.f === "write" ? 700 : 0);
          return ordinary.invoke(input);
        }
      },
    });
    const { history } = await runPlan(resolvedRegister({ system }));
    for (const { input, type } of history.operations) expect(type).toBe(input.f === "write" ? "info" : "ok");
    const completions = [...history.events()].filter(({ type }) => type === "ok" || type === "info");
    expect(completions).toHaveLength(history.operations.length);
  });

  test("that answers nonsense has said nothing", async () => {
    const { history } = await runPlan(resolvedRegister({ system: withClient(() => Promise.resolve({ type: "maybe" } as never)) }));
    expect(new Set(history.operations.map(({ type, error }) => `${type} ${error}`))).toEqual(
      new Set(["info the client's answer was neither ok nor fail nor info"]),
    );
  });

  test("is opened anew at the node that an operation names", async () => {
    const homes: string[] = [];
    const system = withClient((input, ordinary, { home }) => {
      homes.push(home);
      return ordinary.invoke(input);
    });
    const operations = ["n3", "n3", undefined, "n2", "gone"].map((node, id) => ({
      id,
      process: 0,
      atMs: id * 50,
      phase: "faults" as const,
      input: { f: "read" },
      ...(node === undefined ? {} : { node }),
    }));
    const { history } = await runPlan(resolvedRegister({ system, plan: { script: { operations, faults: [] } } }));
    expect(homes).toEqual(["n3", "n3", "n1", "n2", "n1"]);
    expect(history.operations.map(({ node }) => node)).toEqual(homes);
    expect(new Set(history.operations.map(({ process }) => process))).toEqual(new Set([0]));
  });
});
