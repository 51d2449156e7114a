import { afterEach, beforeAll, afterAll, describe, expect, test } from "vitest";
import { compiled, hasTool, nodeTeller, pythonTeller, Teller, type Reading } from "./fixtures/tellers.ts";
import { ProcessMemory } from "./process-memory.ts";
import { encodeOffset, stubX8664 } from "./stub-x86-64.ts";
import { programCounter, whileStopped } from "./stopped.ts";
import { offsetLimitNs, VdsoClock } from "./vdso-clock.ts";
import { until } from "../undo/fixtures/until.ts";

const isHere = process.platform === "linux" && process.arch === "x64";
const hourNs = 3_600_000_000_000n;
const tellers: Teller[] = [];

async function start(command: readonly string[]): Promise<Teller> {
  const teller = await Teller.start(command);
  tellers.push(teller);
  return teller;
}

afterEach(async () => {
  for (const teller of tellers.splice(0)) await teller.close();
});

/** Every real-time clock of the program is ahead by so many seconds; `time()` knows whole seconds only. */
async function expectAhead(teller: Teller, seconds: number, line?: string): Promise<void> {
  const ahead = await teller.aheadSeconds(line);
  expect(Object.keys(ahead).length).toBeGreaterThan(0);
  for (const [name, value] of Object.entries(ahead)) {
    expect(value, name).toBeGreaterThan(seconds - (name === "time" ? 1.2 : 0.2));
    expect(value, name).toBeLessThan(seconds + 0.2);
  }
}

/** Reads the monotonic clocks of the program between two looks at the one that all programs share. */
async function monotonics(teller: Teller): Promise<{ readonly reading: Reading; readonly beforeNs: bigint; readonly afterNs: bigint }> {
  const beforeNs = process.hrtime.bigint();
  const reading = await teller.read();
  return { reading, beforeNs, afterNs: process.hrtime.bigint() };
}

/** Jumps forwards, backwards, and home; the monotonic clocks must not notice. */
async function expectJumps(teller: Teller): Promise<void> {
  const first = await monotonics(teller);
  await expectAhead(teller, 0);
  const clock = VdsoClock.attach(teller.identity);
  await expectAhead(teller, 0);
  clock.setOffset(hourNs);
  await expectAhead(teller, 3_600);
  clock.setOffset(-100_250_000_000n);
  await expectAhead(teller, -100.25);
  const last = await monotonics(teller);
  clock.undo();
  await expectAhead(teller, 0);
  const names = Object.keys(first.reading).filter((name) => name.startsWith("monotonic"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const elapsedNs = (last.reading[name] ?? 0n) - (first.reading[name] ?? 0n);
    // A rate that the kernel corrects and one that it does not (raw) differ by less than 500 parts in a million.
    expect(elapsedNs, name).toBeGreaterThan(((last.beforeNs - first.afterNs) * 999n) / 1_000n);
    expect(elapsedNs, name).toBeLessThan(((last.afterNs - first.beforeNs) * 1_001n) / 1_000n);
  }
}

describe.skipIf(!isHere)("the clock of a live process (Linux on 64-bit x86 only)", () => {
  test("jumps in a Node program, and back on undo, while hrtime and performance.now go on", async () => {
    await expectJumps(await start(nodeTeller));
  });

  test.skipIf(!hasTool("python3", "-c", ""))("jumps in a Python program (needs python3)", async () => {
    await expectJumps(await start(pythonTeller));
  });

  test.skipIf(!hasTool("go", "version"))("jumps in a Go program, which calls the vDSO itself (needs go)", async () => {
    const { program, close } = compiled("teller.go");
    try {
      await expectJumps(await start([program]));
    } finally {
      close();
    }
  });

  test("cannot be moved so far that 64 bits of nanoseconds do not hold it", async () => {
    const teller = await start(nodeTeller);
    const clock = VdsoClock.attach(teller.identity);
    expect(() => clock.setOffset(offsetLimitNs + 1n)).toThrow("out-of-range");
    expect(() => clock.setOffset(-offsetLimitNs - 1n)).toThrow("out-of-range");
    expect(clock.offsetNs).toBe(0n);
    clock.setOffset(offsetLimitNs);
    await expectAhead(teller, 4_000_000_000);
    clock.undo();
  });

  test("is not moved after undo", async () => {
    const teller = await start(nodeTeller);
    const clock = VdsoClock.attach(teller.identity);
    clock.undo();
    clock.undo();
    expect(() => clock.setOffset(hourNs)).toThrow("closed");
    await expectAhead(teller, 0);
  });

  test("is moved back even if the undo log cannot say so, and the caller is told", async () => {
    const teller = await start(nodeTeller);
    let isBroken = false;
    const done = (): void => {
      if (isBroken) throw new Error("disk full");
    };
    const clock = VdsoClock.attach(teller.identity, { undo: { before: () => ({ done }) } });
    clock.setOffset(hourNs);
    isBroken = true;
    expect(() => clock.undo()).toThrow("disk full");
    await expectAhead(teller, 0);
  });

  test("is not touched if the undo log cannot be written", async () => {
    const teller = await start(nodeTeller);
    const before = (): never => {
      throw new Error("disk full");
    };
    const memory = new ProcessMemory(teller.identity);
    const { start: vdso, sizeBytes } = memory.range("[vdso]") ?? { start: 0, sizeBytes: 0 };
    const original = memory.read(vdso, sizeBytes);
    expect(() => VdsoClock.attach(teller.identity, { undo: { before } })).toThrow("disk full");
    expect(memory.read(vdso, sizeBytes)).toEqual(original);
    memory.close();
  });

  test("can be taken over by another harness, and a second undo does nothing", async () => {
    const teller = await start(nodeTeller);
    const first = VdsoClock.attach(teller.identity);
    first.setOffset(hourNs);
    const second = VdsoClock.attach(teller.identity);
    second.setOffset(2n * hourNs);
    await expectAhead(teller, 7_200);
    second.undo();
    await expectAhead(teller, 0);
    first.undo();
    await expectAhead(teller, 0);
    const third = VdsoClock.attach(teller.identity);
    third.setOffset(-hourNs);
    await expectAhead(teller, -3_600);
    third.undo();
    await expectAhead(teller, 0);
  });

  test("is this process's own while another one's is moved", async () => {
    const teller = await start(nodeTeller);
    const beforeMs = Date.now() - performance.now();
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    expect(Math.abs(Date.now() - performance.now() - beforeMs)).toBeLessThan(1_000);
    clock.undo();
  });
});

describe.skipIf(!isHere || !hasTool("cc", "--version"))("the clocks of a C program (Linux on 64-bit x86, needs cc)", () => {
  let c: { readonly program: string; close(): void };
  beforeAll(() => {
    c = compiled("teller.c");
  });
  afterAll(() => {
    c.close();
  });

  test("jump together: clock_gettime, coarse, TAI, gettimeofday, time; and no monotonic one", async () => {
    await expectJumps(await start([c.program]));
  });

  test("jump in a program without dynamic linking", async () => {
    const fixed = compiled("teller.c", ["-static"]);
    try {
      await expectJumps(await start([fixed.program]));
    } finally {
      fixed.close();
    }
  });

  test("never disagree about the second, whatever the fraction of the offset", async () => {
    const teller = await start([c.program]);
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(-100_250_000_000n);
    expect(await teller.say("agree")).toBe("disagreements 0");
    clock.undo();
  });

  test("round seconds down before 1970", async () => {
    const teller = await start([c.program]);
    const clock = VdsoClock.attach(teller.identity);
    const offsetNs = -BigInt(Date.now()) * 1_000_000n - 10n * hourNs;
    clock.setOffset(offsetNs);
    const parts = await teller.read("before");
    const [sec = 0n, nsec = 0n, before = 0n, after = 0n] = ["sec", "nsec", "before", "after"].map((name) => parts[name]);
    expect(sec).toBeLessThan(-35_000n);
    expect(sec * 1_000_000_000n + nsec).toBeGreaterThanOrEqual(before + offsetNs);
    expect(sec * 1_000_000_000n + nsec).toBeLessThanOrEqual(after + offsetNs);
    expect(nsec).toBeGreaterThanOrEqual(0n);
    expect(nsec).toBeLessThan(1_000_000_000n);
    clock.undo();
  });

  test("show the old or the new offset and nothing else to a busy reader during many updates", async () => {
    const teller = await start([c.program]);
    const clock = VdsoClock.attach(teller.identity);
    // All eight bytes differ, so that half of an update would show.
    const [one, other] = [0x0101_0101_0101_0101n, -0x0102_0304_0506_0708n];
    clock.setOffset(one);
    const reading = teller.say(`busy ${one} ${other} 1000000000`);
    expect(await reading).toBe("begun");
    const end = performance.now() + 800;
    let updateCount = 0;
    for (; performance.now() < end; updateCount++) clock.setOffset(updateCount % 2 === 0 ? other : one);
    const seen = await teller.read();
    expect(updateCount).toBeGreaterThan(10);
    expect(seen["readings"]).toBeGreaterThan(10_000n);
    expect(seen["first"]).toBeGreaterThan(0n);
    expect(seen["first"]).toBeLessThan(seen["readings"] ?? 0n);
    expect(seen["absurd"]).toBe(0n);
    clock.undo();
  });

  test("wait for the other half of an update that was seen half", async () => {
    const teller = await start([c.program]);
    const clock = VdsoClock.attach(teller.identity);
    clock.setOffset(hourNs);
    const memory = new ProcessMemory(teller.identity);
    const { start: vdso, sizeBytes } = memory.range("[vdso]") ?? { start: 0, sizeBytes: 0 };
    const block = vdso + Buffer.from(memory.read(vdso, sizeBytes)).indexOf(stubX8664.code);
    const looksAgain = (): boolean =>
      whileStopped(teller.identity, { limitMs: 5_000 }, ([thread]) => {
        const at = programCounter(teller.identity, thread ?? 0) - block;
        return at >= 0xb0 && at <= 0xc4;
      });
    const next = encodeOffset(-hourNs);
    const write = (from: number, to: number): void => memory.write(block + stubX8664.offsetAt + from, next.slice(from, to));
    write(0, 5);
    const answer = teller.aheadSeconds();
    until("the thread looks again", looksAgain);
    write(5, 12);
    until("the thread looks again", looksAgain);
    write(12, 16);
    expect((await answer)["clock_gettime"]).toBeCloseTo(-3_600, 0);
    memory.close();
    clock.undo();
  });

  test("jump in 15 fresh programs with busy threads, which all survive", async () => {
    for (let round = 0; round < 15; round++) {
      const teller = await start([c.program]);
      expect(await teller.say("threads 4")).toBe("begun");
      const clock = VdsoClock.attach(teller.identity);
      clock.setOffset(hourNs);
      await expectAhead(teller, 3_600);
      clock.undo();
      await expectAhead(teller, 0);
      await teller.close();
    }
  });
});
