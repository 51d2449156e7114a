import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToxicBench } from "../fixtures/toxic-bench.ts";
import type { Attributes, ToxicType } from "../stage.ts";
import { bandwidth } from "./bandwidth.ts";
import { corrupt } from "./corrupt.ts";
import { halfOpen } from "./half-open.ts";
import { jam } from "./jam.ts";
import { latency } from "./latency.ts";
import { limitData } from "./limit-data.ts";
import { noop } from "./noop.ts";
import { resetPeer } from "./reset-peer.ts";
import { slicer } from "./slicer.ts";
import { slowClose } from "./slow-close.ts";
import { timeout } from "./timeout.ts";

const plainLatency = { latency: 100, jitter: 0, distribution: "uniform" };

describe("latency", () => {
  test("delays chunks side by side, not one after the other", () => {
    const bench = new ToxicBench(latency, plainLatency);
    for (const index of [0, 1, 2, 3, 4]) bench.send(String(index), index * 10);
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["100:0", "110:1", "120:2", "130:3", "140:4"]);
  });

  test("delays the end like a chunk", () => {
    const bench = new ToxicBench(latency, plainLatency);
    bench.send("a");
    bench.clock.advanceTo(30);
    bench.stage.end();
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["100:a", "130:end"]);
  });

  test("keeps the order when a later chunk draws the shorter delay", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("uniform", "normal", "exponential", "pareto"), (seed, distribution) => {
        const bench = new ToxicBench(latency, { latency: 50, jitter: 50, distribution }, seed);
        for (let index = 0; index < 10; index++) bench.send(String(index), index);
        bench.clock.advanceTo(1e9);
        expect(bench.received).toBe("0123456789");
      }),
      { numRuns: 50 },
    );
  });

  test("keeps uniform jitter inside its bounds, and uses their width", () => {
    const bench = new ToxicBench(latency, { latency: 100, jitter: 40, distribution: "uniform" });
    const delays = Array.from({ length: 200 }, () => {
      const sentMs = bench.clock.nowMs();
      bench.send("x");
      bench.clock.advanceTo(sentMs + 1000);
      return (bench.arrivals.at(-1)?.atMs ?? 0) - sentMs;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60);
    expect(Math.min(...delays)).toBeLessThan(70);
    expect(Math.max(...delays)).toBeLessThanOrEqual(140);
    expect(Math.max(...delays)).toBeGreaterThan(130);
  });

  test("gives on at once what is under way when it is removed", () => {
    const bench = new ToxicBench(latency, plainLatency);
    bench.send("ab", 5);
    bench.stage.end();
    bench.stage.remove();
    expect(bench.events).toEqual(["5:ab", "5:end"]);
  });

  test("is full at 1024 chunks, and has room again when they have left", () => {
    const bench = new ToxicBench(latency, plainLatency);
    for (let index = 0; index < 1023; index++) bench.send("x");
    expect(bench.stage.isFull()).toBe(false);
    bench.send("x");
    expect(bench.stage.isFull()).toBe(true);
    bench.clock.advanceTo(100);
    expect(bench.stage.isFull()).toBe(false);
  });
});

describe("bandwidth", () => {
  test("gives 5000 bytes at 10 KB/s in pieces of 1000, one each 100 ms", () => {
    const bench = new ToxicBench(bandwidth, { rate: 10 });
    bench.send("x".repeat(5000));
    bench.clock.advanceTo(10_000);
    expect(bench.arrivals.map(({ atMs, event }) => [atMs, event.length])).toEqual([
      [100, 1000],
      [200, 1000],
      [300, 1000],
      [400, 1000],
      [500, 1000],
    ]);
  });

  test("gives the rest its new time when the rate changes, and nothing twice", () => {
    const bench = new ToxicBench(bandwidth, { rate: 1 });
    bench.send("a".repeat(10));
    bench.send("b".repeat(10));
    bench.clock.advanceTo(15);
    bench.stage.update({ rate: 2 });
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["10:aaaaaaaaaa", "20:bbbbbbbbbb"]);
    bench.send("c".repeat(10));
    bench.clock.advanceTo(2000);
    expect(bench.events.at(-1)).toBe("1005:cccccccccc");
  });

  test("stalls at rate 0 until the rate is raised or it is removed", () => {
    const bench = new ToxicBench(bandwidth, { rate: 0 });
    bench.send("a");
    bench.clock.advanceTo(1e6);
    expect(bench.events).toEqual([]);
    expect(bench.stage.isFull()).toBe(true);
    bench.stage.update({ rate: 1 });
    bench.clock.advanceTo(2e6);
    expect(bench.events).toEqual(["1000001:a"]);
    bench.stage.update({ rate: 0 });
    bench.send("b");
    bench.stage.end();
    bench.stage.remove();
    expect(bench.received).toBe("ab");
    expect(bench.events.at(-1)).toBe("2000000:end");
  });
});

describe("slow_close", () => {
  test("passes data at once and the end later", () => {
    const bench = new ToxicBench(slowClose, { delay: 70 });
    bench.send("a", 5);
    bench.stage.end();
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["5:a", "75:end"]);
  });

  test("ends at once when it is removed in between", () => {
    const bench = new ToxicBench(slowClose, { delay: 70 });
    bench.stage.end();
    bench.clock.advanceTo(10);
    bench.stage.remove();
    expect(bench.events).toEqual(["10:end"]);
  });
});

describe("timeout", () => {
  test("drops everything and closes; each chunk starts the time anew", () => {
    const bench = new ToxicBench(timeout, { timeout: 100, mode: "idle" });
    for (const atMs of [40, 80, 120, 160]) bench.send("x", atMs);
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["260:close"]);
  });

  test("in mode total closes whatever is sent", () => {
    const bench = new ToxicBench(timeout, { timeout: 100, mode: "total" });
    for (const atMs of [40, 80, 120, 160]) bench.send("x", atMs);
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["100:close"]);
  });

  test("of 0 never closes by itself, and closes when it is removed", () => {
    const bench = new ToxicBench(timeout, { timeout: 0, mode: "idle" });
    bench.send("x");
    bench.clock.advanceTo(1e9);
    expect(bench.events).toEqual([]);
    bench.stage.remove();
    expect(bench.events).toEqual(["1000000000:close"]);
  });

  test("never lets an end through behind lost bytes", () => {
    const bench = new ToxicBench(timeout, { timeout: 0, mode: "idle" });
    bench.send("x");
    bench.stage.end();
    expect(bench.events).toEqual(["0:close"]);
  });
});

describe("slicer", () => {
  test("cuts everything into pieces of at most average and variation, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 60 }), fc.string({ maxLength: 500 }), (average, variation, text) => {
        const bench = new ToxicBench(slicer, { average_size: average, size_variation: variation, delay: 0 });
        const bytes = Buffer.from(text).toString("latin1");
        bench.send(bytes);
        expect(bench.received).toBe(bytes);
        expect(bench.chunks.every(({ length }) => length <= average + variation)).toBe(true);
        expect(bench.chunks.every(({ length }) => length > 0) || bytes === "").toBe(true);
      }),
    );
  });

  test("pauses between pieces for so many microseconds", () => {
    const bench = new ToxicBench(slicer, { average_size: 1, size_variation: 0, delay: 2000 });
    bench.send("abcd");
    bench.stage.end();
    bench.clock.advanceTo(100);
    expect(bench.events).toEqual(["0:a", "2:b", "4:c", "6:d", "8:end"]);
  });

  test("refuses an average of 0, with which the reference never ends", () => {
    expect(slicer.fault?.({ average_size: 0, size_variation: 0, delay: 0 })).toBe("average_size must be positive");
    expect(slicer.fault?.({ average_size: 1, size_variation: 0, delay: 0 })).toBeUndefined();
  });
});

describe("limit_data", () => {
  test("passes 5 bytes of 3 and 4, then closes", () => {
    const bench = new ToxicBench(limitData, { bytes: 5 });
    bench.send("abc");
    bench.send("defg");
    bench.send("h");
    expect(bench.events).toEqual(["0:abc", "0:de", "0:close"]);
  });

  test("keeps its count when it is updated", () => {
    const bench = new ToxicBench(limitData, { bytes: 5 });
    bench.send("abc");
    bench.stage.update({ bytes: 4 });
    bench.send("def");
    expect(bench.events).toEqual(["0:abc", "0:d", "0:close"]);
  });
});

describe("reset_peer", () => {
  test("resets an idle connection after its time", () => {
    const bench = new ToxicBench(resetPeer, { timeout: 50 });
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["50:reset"]);
  });

  test("holds bytes back, and gives them on when it is removed before its time", () => {
    const bench = new ToxicBench(resetPeer, { timeout: 50 });
    bench.send("abc", 10);
    bench.stage.remove();
    bench.clock.advanceTo(1000);
    expect(bench.events).toEqual(["10:abc"]);
  });
});

describe("corrupt", () => {
  test("flips the same single bits wherever chunks begin", () => {
    const size = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.9, noNaN: true }), fc.array(size, { minLength: 1, maxLength: 20 }), (probability, sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const whole = new ToxicBench(corrupt, { probability });
        whole.send("\0".repeat(total));
        const cut = new ToxicBench(corrupt, { probability });
        for (const size of sizes) cut.send("\0".repeat(size));
        expect(cut.received).toBe(whole.received);
        expect(Buffer.concat(cut.chunks).every((byte) => [0, 1, 2, 4, 8, 16, 32, 64, 128].includes(byte))).toBe(true);
      }),
    );
  });

  test("hits about the share of bytes that was asked for", () => {
    const bench = new ToxicBench(corrupt, { probability: 0.1 });
    bench.send("\0".repeat(20_000));
    const hits = Buffer.concat(bench.chunks).filter((byte) => byte !== 0).length;
    expect(hits).toBeGreaterThan(1800);
    expect(hits).toBeLessThan(2200);
  });

  test("leaves the sender's bytes as they were", () => {
    const bench = new ToxicBench(corrupt, { probability: 1 });
    const sent = Buffer.from("abc");
    bench.stage.write(sent);
    expect(sent.toString()).toBe("abc");
    expect(bench.received).not.toBe("abc");
  });
});

describe("half_open", () => {
  test("swallows data and end, and resets what it hit when it is removed", () => {
    const bench = new ToxicBench(halfOpen, {});
    bench.send("abc");
    bench.stage.end();
    expect(bench.events).toEqual([]);
    bench.stage.remove();
    expect(bench.events).toEqual(["0:reset"]);
  });

  test("leaves alone what it has not hit", () => {
    const bench = new ToxicBench(halfOpen, {});
    bench.stage.remove();
    expect(bench.events).toEqual([]);
  });
});

describe("toxics that lose nothing", () => {
  const cases: readonly (readonly [ToxicType, Attributes])[] = [
    [noop, {}],
    [latency, plainLatency],
    [latency, { latency: 30, jitter: 30, distribution: "exponential" }],
    [bandwidth, { rate: 1 }],
    [slowClose, { delay: 100 }],
    [slicer, { average_size: 3, size_variation: 2, delay: 500 }],
    [jam, {}],
    [resetPeer, { timeout: 1e9 }],
  ];

  test.each(cases.map(([type, attributes]) => [type.name, type, attributes] as const))(
    "%s: every byte once, in order, then the end, whenever it is removed",
    (_name, type, attributes) => {
      const step = fc.record({ text: fc.string({ maxLength: 40 }), gapMs: fc.integer({ min: 0, max: 60 }) });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 20 }), fc.nat({ max: 400 }), (steps, removeAfterMs) => {
          const bench = new ToxicBench(type, attributes);
          let sent = "";
          for (const { text, gapMs } of steps) {
            const bytes = Buffer.from(text).toString("latin1");
            sent += bytes;
            bench.send(bytes, bench.clock.nowMs() + gapMs);
            expect(sent.startsWith(bench.received)).toBe(true);
          }
          bench.stage.end();
          bench.clock.advanceTo(bench.clock.nowMs() + removeAfterMs);
          bench.stage.remove();
          expect(bench.received).toBe(sent);
          expect(bench.arrivals.filter(({ event }) => event === "end")).toHaveLength(1);
          expect(bench.arrivals.at(-1)?.event).toBe("end");
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each(cases.map(([type, attributes]) => [type.name, type, attributes] as const))(
    "%s leaves no timer and passes nothing on once its connection is over",
    (_name, type, attributes) => {
      const bench = new ToxicBench(type, attributes);
      bench.send("abc");
      const before = bench.arrivals.length;
      bench.stage.dispose();
      expect(bench.clock.timerCount).toBe(0);
      bench.clock.advanceTo(1e10);
      expect(bench.arrivals).toHaveLength(before);
    },
  );
});
