// The disk as a node sees it, with its faults: latency, errors, full, lies, power cuts, wipes, rot, and names that stay inside.
import { describe, expect, test } from "vitest";
import type { DiskError, Environment, File } from "../../harness/environment.ts";
import type { Fault } from "../../harness/faults.ts";
import type { Cluster } from "../../harness/runtime.ts";
import { inSimulation, toyPlan } from "./fixtures/toy.ts";

type Outcome<T> = T | DiskError["kind"];
const targets = { nodes: ["n1"] };

function outcome<T>(call: (done: (error: DiskError | null, result: T) => void) => void): Promise<Outcome<T>> {
  return new Promise((resolve) => call((error, result) => resolve(error === null ? result : error.kind)));
}

async function opened(environment: Environment, path: string, create = true): Promise<File> {
  const file = await outcome<File>((done) => environment.disk.open(path, { create }, done));
  if (typeof file === "string") throw new Error(file);
  return file;
}

const write = (file: File, content: string): Promise<Outcome<number>> => outcome<number>((done) => file.append(new TextEncoder().encode(content), done));
const sync = (file: File): Promise<Outcome<void>> => outcome<void>((done) => file.fsync(done));
const read = async (file: File): Promise<string> => {
  const found = await outcome<Uint8Array>((done) => file.read(0, 1 << 20, done));
  return typeof found === "string" ? found : new TextDecoder().decode(found);
};

/** One node whose newest environment is at hand. */
async function withNode<T>(
  body: (world: { readonly cluster: Cluster; readonly node: () => Environment }) => Promise<T>,
  simulation = {},
  nodes = 3,
): Promise<T> {
  const environments: Environment[] = [];
  return inSimulation(
    {
      plan: toyPlan({ nodes, simulation: { diskFlushProbability: 0, ...simulation } }),
      start: (environment) => {
        if (environment.self === "n1") environments.push(environment);
      },
    },
    (cluster) => body({ cluster, node: () => environments.at(-1) as Environment }),
  );
}

async function cycle(cluster: Cluster, fault: Fault): Promise<number> {
  await cluster.faults.inject(fault);
  const { affectedCount } = await cluster.faults.lift(fault.id);
  await cluster.timers.sleep(1);
  return affectedCount;
}

const powerCut: Fault = { id: "cut", kind: "power-cut", targets, params: { torn: false } };

/** After appending "old" durably and "new" with or without fsync, what a power cut leaves, over seeds. */
async function afterCut(isSynced: boolean, simulation = {}): Promise<string[]> {
  const found = new Set<string>();
  for (let seed = 0; seed < 24; seed++) {
    found.add(
      await inSimulationWithSeed(String(seed), simulation, async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await write(file, "old");
        await sync(file);
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await write(file, "new");
        if (isSynced) await sync(file);
        await cycle(cluster, powerCut);
        return read(await opened(node(), "f", false));
      }),
    );
  }
  return [...found].toSorted();
}

async function inSimulationWithSeed<T>(
  seed: string,
  simulation: object,
  body: (world: { readonly cluster: Cluster; readonly node: () => Environment }) => Promise<T>,
): Promise<T> {
  const environments: Environment[] = [];
  return inSimulation(
    {
      plan: toyPlan({ seed, simulation: { diskFlushProbability: 0, ...simulation } }),
      start: (environment) => {
        if (environment.self === "n1") environments.push(environment);
      },
    },
    (cluster) => body({ cluster, node: () => environments.at(-1) as Environment }),
  );
}

describe("a power cut", () => {
  test("loses what was not synced in some seeds, and never what was", async () => {
    expect(await afterCut(false)).toEqual(["old", "oldnew"]);
    expect(await afterCut(true)).toEqual(["oldnew"]);
  });

  test("counts the processes and the changes that it took", async () => {
    await withNode(async ({ cluster, node }) => {
      await write(await opened(node(), "f"), "x");
      const injection = await cluster.faults.inject(powerCut);
      expect(injection.victims).toEqual(["n1"]);
      expect((await cluster.faults.lift("cut")).affectedCount).toBeGreaterThanOrEqual(1);
    });
  });

  test("tears while a torn-write fault is in force", async () => {
    const torn: Fault = { id: "torn", kind: "torn-write", targets, params: {} };
    const contents = new Set<string>();
    for (let seed = 0; seed < 24; seed++) {
      await inSimulationWithSeed(String(seed), {}, async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await write(file, "a".repeat(4_096));
        await sync(file);
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await outcome<void>((done) => file.write(0, new TextEncoder().encode("b".repeat(4_096)), done));
        await cluster.faults.inject(torn);
        await cycle(cluster, powerCut);
        expect((await cluster.faults.lift("torn")).affectedCount).toBe(1);
        contents.add(await read(await opened(node(), "f")));
      });
    }
    expect([...contents].some((content) => content.includes("a") && content.includes("b"))).toBe(true);
  });
});

describe("an fsync", () => {
  test("takes effect only when it is answered: a power cut before that may lose everything", async () => {
    const contents = new Set<string>();
    for (let seed = 0; seed < 24; seed++) {
      await inSimulationWithSeed(String(seed), { diskFsyncMs: 20 }, async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await write(file, "x");
        file.fsync(() => undefined);
        await cycle(cluster, powerCut);
        contents.add(await read(await opened(node(), "f")));
      });
    }
    expect([...contents].toSorted()).toEqual(["", "x"]);
  });

  test("under a lying disk is answered, and lost with the power", async () => {
    const contents = new Set<string>();
    for (let seed = 0; seed < 24; seed++) {
      await inSimulationWithSeed(String(seed), {}, async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await cluster.faults.inject({ id: "lie", kind: "lying-disk", targets, params: {} });
        await write(file, "x");
        expect(await sync(file)).toBeUndefined();
        await cycle(cluster, powerCut);
        expect((await cluster.faults.lift("lie")).affectedCount).toBe(1);
        contents.add(await read(await opened(node(), "f")));
      });
    }
    expect([...contents].toSorted()).toEqual(["", "x"]);
  });

  test("under a lying disk is done when the lie ends", async () => {
    for (let seed = 0; seed < 12; seed++) {
      await inSimulationWithSeed(String(seed), {}, async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await cluster.faults.inject({ id: "lie", kind: "lying-disk", targets, params: {} });
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await write(file, "x");
        await sync(file);
        await cluster.faults.lift("lie");
        await cycle(cluster, powerCut);
        expect(await read(await opened(node(), "f", false))).toBe("x");
      });
    }
  });

  test.each([
    ["kept", "x"],
    ["reverted", ""],
  ] as const)("that fails (%s) leaves %j readable, and a second one does not save it", async (failedFsync, readable) => {
    await withNode(
      async ({ cluster, node }) => {
        const file = await opened(node(), "f");
        await outcome<void>((done) => node().disk.fsyncDirectory("", done));
        await write(file, "x");
        await cluster.faults.inject({ id: "eio", kind: "disk-error", targets, params: { probability: 1, operations: ["fsync"] } });
        expect(await sync(file)).toBe("InputOutput");
        expect((await cluster.faults.lift("eio")).affectedCount).toBe(1);
        expect(await read(file)).toBe(readable);
        expect(await sync(file)).toBeUndefined();
        await cycle(cluster, powerCut);
        expect(await read(await opened(node(), "f"))).toBe("");
      },
      { failedFsync },
    );
  });
});

describe("disk errors", () => {
  test("hit the operations they name, on the targets only", async () => {
    await withNode(async ({ cluster, node }) => {
      const file = await opened(node(), "f");
      await cluster.faults.inject({ id: "eio", kind: "disk-error", targets, params: { probability: 1, operations: ["write"] } });
      expect(await write(file, "x")).toBe("InputOutput");
      expect(await read(file)).toBe("");
      expect(await sync(file)).toBeUndefined();
      await cluster.faults.heal();
      expect(await write(file, "x")).toBe(0);
      expect(await write(file, "y")).toBe(1);
      expect(await read(file)).toBe("xy");
    });
  });

  test("a full disk refuses growth and new files, and lets overwriting through", async () => {
    await withNode(async ({ cluster, node }) => {
      const file = await opened(node(), "f");
      await write(file, "abc");
      await cluster.faults.inject({ id: "full", kind: "disk-full", targets, params: {} });
      expect(await write(file, "d")).toBe("NoSpace");
      expect(await outcome<File>((done) => node().disk.open("g", { create: true }, done))).toBe("NoSpace");
      expect(await outcome<void>((done) => file.write(0, new TextEncoder().encode("X"), done))).toBeUndefined();
      expect(await read(file)).toBe("Xbc");
      expect((await cluster.faults.lift("full")).affectedCount).toBe(2);
      expect(await write(file, "d")).toBe(3);
    });
  });

  test("a disk is full at its capacity without any fault", async () => {
    await withNode(
      async ({ node }) => {
        const file = await opened(node(), "f");
        expect([await write(file, "x".repeat(100)), await write(file, "y")]).toEqual([0, "NoSpace"]);
      },
      { diskCapacityBytes: 100 },
    );
  });

  test("a file that does not exist is NotFound", async () => {
    await withNode(async ({ node }) => {
      expect(await outcome<File>((done) => node().disk.open("f", { create: false }, done))).toBe("NotFound");
      expect(await outcome<void>((done) => node().disk.remove("f", done))).toBe("NotFound");
      expect(await outcome<void>((done) => node().disk.rename("f", "g", done))).toBe("NotFound");
    });
  });

  test.each(["../f", "/etc/passwd", "a//b", "", "a/./b", "a\0b"])("the path %j kills the node: it leaves its own directory", async (path) => {
    await withNode(async ({ cluster, node }) => {
      const reasons: string[] = [];
      cluster.subscribe({ fact: () => undefined, probe: () => undefined, log: () => undefined, died: ({ reason }) => void reasons.push(reason) });
      node().timers.after(1, () => node().disk.open(path, { create: true }, () => undefined));
      await cluster.timers.sleep(10);
      expect(reasons).toEqual([expect.stringContaining("no path below")]);
    });
  });
});

describe("a wipe and bit rot", () => {
  test("a wiped node starts with an empty disk; its neighbours keep theirs", async () => {
    await withNode(async ({ cluster, node }) => {
      await write(await opened(node(), "f"), "x");
      expect(await cycle(cluster, { id: "wipe", kind: "wipe", targets, params: {} })).toBe(1);
      expect(node().incarnation).toBe(2);
      expect(await outcome<readonly string[]>((done) => node().disk.list("", done))).toEqual([]);
    });
  });

  test("damage at most a minority of the nodes over the whole run; the rest is spared, or skipped, on record", async () => {
    await withNode(async ({ cluster }) => {
      const first = await cluster.faults.inject({ id: "wipe", kind: "wipe", targets: { nodes: ["n2", "n3"] }, params: {} });
      expect([first.victims, first.detail]).toEqual([["n2"], { wipedDisks: 1, sparedByAtlas: 1 }]);
      await cluster.faults.lift("wipe");
      const rot = await cluster.faults.inject({ id: "rot", kind: "bit-rot", targets, params: { sectorCount: 1 } });
      expect(rot).toMatchObject({ victims: [], skipped: expect.stringContaining("atlas") });
    });
  });

  test("rot is seen by reads while in force, and by none after", async () => {
    await withNode(async ({ cluster, node }) => {
      const file = await opened(node(), "f");
      await write(file, "a".repeat(512));
      await sync(file);
      await outcome<void>((done) => node().disk.fsyncDirectory("", done));
      await cluster.faults.inject({ id: "rot", kind: "bit-rot", targets, params: { sectorCount: 1 } });
      expect(await read(file)).not.toBe("a".repeat(512));
      expect((await cluster.faults.lift("rot")).affectedCount).toBe(1);
      expect(await read(file)).toBe("a".repeat(512));
      const elsewhere = await cluster.faults.inject({ id: "other", kind: "bit-rot", targets: { nodes: ["n2"] }, params: { sectorCount: 1 } });
      expect(elsewhere.victims).toEqual(["n2"]);
    });
  });
});

describe("a file", () => {
  test("takes writes in the order of their calls, whatever the order of the answers", async () => {
    await withNode(async ({ node }) => {
      const file = await opened(node(), "f");
      const offsets = await Promise.all(["a", "b", "c"].map((content) => write(file, content)));
      expect([offsets, await read(file)]).toEqual([[0, 1, 2], "abc"]);
    });
  });

  test("keeps what its writer wrote, even if the buffer is used again", async () => {
    await withNode(async ({ node }) => {
      const file = await opened(node(), "f");
      const buffer = new Uint8Array([97, 98]);
      file.append(buffer, () => undefined);
      buffer.fill(0);
      expect(await read(file)).toBe("ab");
    });
  });

  test("survives its removal for whoever has it open, and its size, truncation and close are answered", async () => {
    await withNode(async ({ node }) => {
      const file = await opened(node(), "d/f");
      await write(file, "abc");
      await outcome<void>((done) => node().disk.remove("d/f", done));
      expect(await read(file)).toBe("abc");
      expect(await outcome<void>((done) => file.truncate(1, done))).toBeUndefined();
      expect(await outcome<number>((done) => file.size(done))).toBe(1);
      expect(await outcome<void>((done) => file.close(done))).toBeUndefined();
    });
  });
});
