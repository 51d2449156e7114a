import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chain } from "./chain.ts";
import { Conversation } from "./conversation.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import { createToxic, updateToxic, type Toxic, type ToxicRequest } from "./toxic.ts";

/** A chain whose toxics change while bytes flow, and what has come out of it. */
class Line {
  readonly clock: ManualClock = new ManualClock();
  readonly chain: Chain;
  toxics: readonly Toxic[] = [];
  received = "";
  endCount = 0;
  hasBytesAfterEnd = false;

  constructor() {
    this.chain = new Chain(
      "downstream",
      { seed: "line", proxy: "p", connection: 1, clock: this.clock, conversation: new Conversation(), affect: () => undefined },
      {
        write: (chunk) => {
          this.hasBytesAfterEnd ||= this.endCount > 0;
          this.received += chunk.toString("latin1");
        },
        end: () => void this.endCount++,
        closeAtEnd: () => undefined,
        reset: () => undefined,
        settle: () => undefined,
      },
    );
  }

  fit(toxics: readonly Toxic[]): void {
    this.toxics = toxics;
    this.chain.fit(toxics);
  }
}

const small = fc.integer({ min: 0, max: 50 });
const lossless: fc.Arbitrary<Pick<ToxicRequest, "type" | "attributes">> = fc.oneof(
  fc.record({ type: fc.constant("noop") }),
  fc.record({ type: fc.constant("jam") }),
  fc.record({ type: fc.constant("latency"), attributes: fc.record({ latency: small, jitter: small }) }),
  fc.record({ type: fc.constant("bandwidth"), attributes: fc.record({ rate: fc.integer({ min: 0, max: 3 }) }) }),
  fc.record({ type: fc.constant("slow_close"), attributes: fc.record({ delay: small }) }),
  fc.record({ type: fc.constant("slicer"), attributes: fc.record({ average_size: fc.integer({ min: 1, max: 9 }), size_variation: small, delay: small }) }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("send" as const), text: fc.string({ unit: "grapheme-ascii", maxLength: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), waitMs: small }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("add" as const), request: lossless }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), position: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("update" as const), position: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("skip" as const), position: fc.nat() }) },
);

describe("a chain whose toxics come, change and go while bytes flow", () => {
  test("passes every byte once and in order, then one end", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat({ max: 40 }), (steps, endAfter) => {
        const line = new Line();
        let sent = "";
        let hasEnded = false;
        steps.forEach((current, index) => {
          if (index === endAfter) {
            hasEnded = true;
            line.chain.end();
          }
          if (current.kind === "send" && !hasEnded) {
            sent += current.text;
            line.chain.write(Buffer.from(current.text, "latin1"));
          }
          if (current.kind === "wait") line.clock.advanceTo(line.clock.nowMs() + current.waitMs);
          if (current.kind === "add")
            line.fit([...line.toxics, createToxic({ ...current.request, name: `toxic-${index}` }, { toxics: line.toxics, protocol: "tcp" })]);
          if (current.kind === "remove") line.fit(line.toxics.filter((_, place) => place !== current.position % line.toxics.length));
          if (current.kind === "update")
            line.fit(line.toxics.map((toxic, place) => (place === current.position % line.toxics.length ? changed(toxic) : toxic)));
          // A toxicity that falls and rises again: the stage goes and comes back in its old place.
          if (current.kind === "skip") {
            const all = line.toxics;
            line.fit(all.filter((_, place) => place !== current.position % all.length));
            line.fit(all);
          }
          expect(sent.startsWith(line.received)).toBe(true);
        });
        if (!hasEnded) line.chain.end();
        line.fit([]);
        expect(line.received).toBe(sent);
        expect([line.endCount, line.hasBytesAfterEnd, line.clock.timerCount, line.chain.isEmpty]).toEqual([1, false, 0, true]);
      }),
      { numRuns: 500 },
    );
  });

  test("leaves no timer when its connection is over", () => {
    fc.assert(
      fc.property(fc.array(lossless, { maxLength: 6 }), (requests) => {
        const line = new Line();
        line.fit(requests.map((request, index) => createToxic({ ...request, name: `toxic-${index}` }, { toxics: [], protocol: "tcp" })));
        line.chain.write(Buffer.from("some bytes"));
        line.chain.end();
        const { received } = line;
        line.chain.dispose();
        line.clock.advanceTo(1e9);
        expect([line.clock.timerCount, line.received]).toEqual([0, received]);
      }),
    );
  });
});

describe("a toxic that ends its connection", () => {
  const made = (type: string, attributes: ToxicRequest["attributes"] = {}): Toxic => createToxic({ type, attributes }, { toxics: [], protocol: "tcp" });

  test("ends it once, and takes its timer along when it goes while another holds the end", () => {
    const line = new Line();
    const [timeout, jam] = [made("timeout", { timeout: 1000 }), made("jam")];
    line.fit([timeout, jam]);
    expect(line.clock.timerCount).toBe(1);
    line.fit([jam]);
    expect([line.clock.timerCount, line.endCount]).toEqual([0, 0]);
    line.fit([]);
    expect(line.endCount).toBe(1);
  });

  test("ends it once although an end came before", () => {
    const line = new Line();
    const timeout = made("timeout");
    line.fit([timeout]);
    line.chain.end();
    line.fit([]);
    expect(line.endCount).toBe(1);
  });
});

/** Doubles what can be doubled. */
function changed(toxic: Toxic): Toxic {
  const doubled = Object.entries(toxic.attributes).map(([name, value]) => [name, typeof value === "number" ? value * 2 : value] as const);
  return updateToxic(toxic, { attributes: Object.fromEntries(doubled) });
}
