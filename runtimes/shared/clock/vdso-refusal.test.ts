import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { statOf } from "../undo/process-identity.ts";
import { compiled, hasTool, nodeTeller, Teller } from "./fixtures/tellers.ts";
import { ProcessMemory } from "./process-memory.ts";
import { stubX8664 } from "./stub-x86-64.ts";
import { VdsoClock } from "./vdso-clock.ts";
import { VdsoError, type VdsoReason } from "./vdso-error.ts";
import { parseVdso } from "./vdso-image.ts";
import { until } from "../undo/fixtures/until.ts";

const isHere = process.platform === "linux" && process.arch === "x64";

function reasonOf(act: () => unknown): VdsoReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof VdsoError) return error.reason;
    throw error;
  }
}

/** The vDSO of a live process, to be damaged. */
class Victim {
  readonly #memory: ProcessMemory;
  readonly #start: number;
  readonly bytes: Uint8Array;

  constructor(teller: Teller) {
    this.#memory = new ProcessMemory(teller.identity);
    const range = this.#memory.range("[vdso]");
    if (range === undefined) throw new Error("no vDSO");
    this.#start = range.start;
    this.bytes = this.#memory.read(range.start, range.sizeBytes);
  }

  write(at: number, ...bytes: number[]): void {
    this.#memory.write(this.#start + at, Uint8Array.from(bytes));
  }

  now(): Uint8Array {
    return this.#memory.read(this.#start, this.bytes.length);
  }

  close(): void {
    this.#memory.close();
  }
}

describe.skipIf(!isHere)("a clock that cannot be moved says why and leaves the process as it was (Linux on 64-bit x86 only)", () => {
  let teller: Teller;
  let victim: Victim;
  beforeEach(async () => {
    teller = await Teller.start(nodeTeller);
    victim = new Victim(teller);
  });
  afterEach(async () => {
    victim.close();
    await teller.close();
  });

  function expectRefusal(reason: VdsoReason): void {
    const before = victim.now();
    expect(reasonOf(() => VdsoClock.attach(teller.identity))).toBe(reason);
    expect(victim.now()).toEqual(before);
    expect(statOf(teller.identity)?.state).not.toBe("T");
  }

  test("malformed: no ELF image", () => {
    victim.write(0, 0);
    expectRefusal("malformed");
  });

  test("architecture: an image for another machine", () => {
    victim.write(18, 183, 0);
    expectRefusal("architecture");
  });

  test("symbols-absent: an entry has another name", () => {
    victim.write(Buffer.from(victim.bytes).indexOf("__vdso_time"), 0x58);
    expectRefusal("symbols-absent");
  });

  test("symbols-absent: an entry is too short for a jump", () => {
    const { offset, sizeBytes } = parseVdso(victim.bytes).symbols.get("__vdso_time") ?? { offset: 0, sizeBytes: 0 };
    const record = Buffer.alloc(16);
    record.writeBigUInt64LE(BigInt(offset));
    record.writeBigUInt64LE(BigInt(sizeBytes), 8);
    const bytes = Buffer.from(victim.bytes);
    for (let at = bytes.indexOf(record); at >= 0; at = bytes.indexOf(record, at + 1)) victim.write(at + 8, 4);
    expectRefusal("symbols-absent");
  });

  test("no-room: somebody else uses the bytes behind the image", () => {
    victim.write(Math.ceil(parseVdso(victim.bytes).endOffset / 16) * 16 + stubX8664.sizeBytes - 1, 1);
    expectRefusal("no-room");
  });

  test("no-room: the image ends too close to the end of its page", () => {
    const sections = Number(Buffer.from(victim.bytes).readBigUInt64LE(40));
    victim.write(60, Math.floor((victim.bytes.length - sections) / 64));
    expectRefusal("no-room");
  });

  test("would-not-stop: the threads did not stop in time; they go on", async () => {
    expect(reasonOf(() => VdsoClock.attach(teller.identity, { stopLimitMs: 0 }))).toBe("would-not-stop");
    expect(victim.now()).toEqual(victim.bytes);
    expect((await teller.aheadSeconds())["Date.now"]).toBeLessThan(1);
  });

  test.skipIf(process.geteuid?.() !== 0)("no-access: another user's process (tested by root, who can become another user)", () => {
    process.seteuid?.(65_534);
    try {
      expect(reasonOf(() => VdsoClock.attach(teller.identity))).toBe("no-access");
    } finally {
      process.seteuid?.(0);
    }
    expect(victim.now()).toEqual(victim.bytes);
  });
});

describe.skipIf(!isHere || !hasTool("cc", "--version"))("a thread on an entry of the vDSO (Linux on 64-bit x86, needs cc)", () => {
  let c: { readonly program: string; close(): void };
  beforeAll(() => {
    c = compiled("teller.c");
  });
  afterAll(() => {
    c.close();
  });

  for (const name of ["__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time"]) {
    test(`is never overtaken by the jump: ${name}`, async () => {
      const teller = await Teller.start([c.program]);
      const victim = new Victim(teller);
      const at = parseVdso(victim.bytes).symbols.get(name)?.offset ?? 0;
      // nop, nop, nop, and at the fourth byte a jump to itself: the thread stays within the first five bytes.
      victim.write(at, 0x90, 0x90, 0x90, 0xeb, 0xfe);
      const trapped = victim.now();
      const answer = teller.say("time");
      until("the thread spins", () => statOf(teller.identity)?.state === "R");
      expect(reasonOf(() => VdsoClock.attach(teller.identity))).toBe("entry-in-use");
      expect(victim.now()).toEqual(trapped);
      expect(statOf(teller.identity)?.state).not.toBe("T");
      // The program never answers: it ends in the loop.
      const ended = expect(answer).rejects.toThrow("ended");
      victim.close();
      await teller.close();
      await ended;
    });
  }
});
