// What the watch checker accuses, what it lets pass, and that no single corruption of a feed goes unseen.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempts, brokenIn, judged, simulated, wordOf, type Line } from "./fixtures/story.ts";
import type { WatchEvent, WatchInput, WatchOutput } from "./watch-history.ts";
import { watchChecker } from "./watch.ts";

const checker = watchChecker();
type WatchLine = Line<WatchInput, WatchOutput>;

const put = (at: number, to: number | undefined, key: string, value: string, revision = "0"): WatchLine => ({
  at,
  ...(to === undefined ? {} : { to, output: { revision } }),
  input: { f: "put", key, value },
});
const watch = (
  at: number,
  to: number,
  range: readonly [string, string],
  events: readonly (readonly [string, string, string | null])[],
  more: Partial<WatchLine> = {},
): WatchLine => ({
  at,
  to,
  input: { f: "watch", from: range[0] },
  output: { next: range[1], events: events.map(([revision, key, value]): WatchEvent => ({ revision, key, value })) },
  ...more,
});
const twoPuts = [put(1, 2, "k", "a", "1"), put(3, 4, "k", "b", "2")];

describe("accuses", () => {
  test("a gap, naming the write that is missing", () => {
    const verdict = judged(checker, [...twoPuts, watch(5, 6, ["0", "3"], [["2", "k", "b"]])]);
    expect(brokenIn(verdict)).toEqual(["gapless"]);
    expect(verdict.why).toBe("process 2 watched from 0 up to 3 without revision 1 of k; process 0 wrote it.");
    expect(verdict.evidence).toMatchObject([{ kind: "witness", operations: [{ text: "put k = a", result: "-> revision 1" }, { text: "watch from 0" }] }]);
  });

  test("a gap that only another watcher shows, without any acknowledged write", () => {
    const pending = [put(1, undefined, "k", "a")];
    expect(brokenIn(judged(checker, [...pending, watch(5, 6, ["0", "3"], [["1", "k", "a"]]), watch(7, 8, ["0", "3"], [])]))).toEqual(["gapless"]);
  });

  test("a missing one of two changes at one revision", () => {
    expect(brokenIn(judged(checker, [put(1, 2, "k", "a", "1"), put(1, 2, "l", "b", "1"), watch(5, 6, ["0", "2"], [["1", "k", "a"]])]))).toEqual(["gapless"]);
  });

  test("changes out of order, outside the interval, or backwards", () => {
    expect(
      brokenIn(
        judged(checker, [
          ...twoPuts,
          watch(
            5,
            6,
            ["0", "3"],
            [
              ["2", "k", "b"],
              ["1", "k", "a"],
            ],
          ),
        ]),
      ),
    ).toEqual(["ordered"]);
    expect(
      brokenIn(
        judged(checker, [
          ...twoPuts,
          watch(
            5,
            6,
            ["0", "2"],
            [
              ["1", "k", "a"],
              ["2", "k", "b"],
            ],
          ),
        ]),
      ),
    ).toEqual(["ordered"]);
    expect(
      brokenIn(
        judged(checker, [
          ...twoPuts,
          watch(
            5,
            6,
            ["2", "3"],
            [
              ["1", "k", "a"],
              ["2", "k", "b"],
            ],
          ),
        ]),
      ),
    ).toEqual(["ordered"]);
    expect(brokenIn(judged(checker, [...twoPuts, watch(5, 6, ["3", "1"], [])]))).toEqual(["ordered"]);
  });

  test("a change twice in one answer", () => {
    expect(
      brokenIn(
        judged(checker, [
          ...twoPuts,
          watch(
            5,
            6,
            ["0", "2"],
            [
              ["1", "k", "a"],
              ["1", "k", "a"],
            ],
          ),
        ]),
      ),
    ).toEqual(["no-duplicate"]);
  });

  test("two watchers, or a watcher and the writer, that disagree about a change", () => {
    expect(brokenIn(judged(checker, [...twoPuts, watch(5, 6, ["0", "2"], [["1", "k", "b"]])]))).toEqual(["consistent"]);
  });

  test("a value that nobody wrote, wrote to that key, or wrote yet; a failed write; an invented deletion", () => {
    const failed: WatchLine = { at: 1, to: 2, type: "fail", input: { f: "put", key: "k", value: "f" } };
    const shows = (value: string | null): WatchLine => watch(5, 6, ["5", "6"], [["5", "k", value]]);
    for (const lines of [
      [shows("x")],
      [put(1, undefined, "l", "x"), shows("x")],
      [put(7, 8, "k", "x", "9"), shows("x")],
      [failed, shows("f")],
      [shows(null)],
    ]) {
      expect(brokenIn(judged(checker, lines))).toContain("consistent");
    }
  });

  test("a write that appears at two revisions", () => {
    expect(
      brokenIn(
        judged(checker, [
          put(1, undefined, "k", "a"),
          watch(
            5,
            6,
            ["0", "9"],
            [
              ["3", "k", "a"],
              ["7", "k", "a"],
            ],
          ),
        ]),
      ),
    ).toEqual(["applied-once"]);
  });

  test("revisions against real time", () => {
    expect(brokenIn(judged(checker, [put(1, 2, "k", "a", "10"), put(3, 4, "k", "b", "9")]))).toEqual(["revisions-increase"]);
  });

  test("a feed that ends before the last acknowledged write", () => {
    const end = [watch(10, 11, ["0", "2"], [["1", "k", "a"]], { node: "n1", phase: "final" }), watch(12, 13, ["2", "2"], [], { node: "n1", phase: "final" })];
    expect(brokenIn(judged(checker, [...twoPuts, ...end]))).toEqual(["complete"]);
  });
});

describe("lets pass", () => {
  test("an interval that was openly compacted, and its absence ever after", () => {
    const compacted: WatchLine = { at: 5, to: 6, input: { f: "watch", from: "0" }, output: { events: [], next: "2", compacted: true } };
    expect(brokenIn(judged(checker, [...twoPuts, compacted, watch(7, 8, ["2", "3"], [["2", "k", "b"]])]))).toEqual([]);
  });

  test("indeterminate writes that appear late or never, and answers to answers of different length", () => {
    const lines = [
      put(1, undefined, "k", "a"),
      put(1, undefined, "k", "b"),
      watch(2, 3, ["0", "1"], []),
      watch(4, 5, ["1", "9"], [["8", "k", "a"]]),
      watch(6, 7, ["0", "5"], []),
    ];
    expect(brokenIn(judged(checker, lines))).toEqual([]);
  });

  test("feeds that reach the last acknowledged write in several answers", () => {
    const pieces = [
      watch(10, 11, ["0", "2"], [["1", "k", "a"]], { node: "n1", phase: "final" }),
      watch(12, 13, ["2", "3"], [["2", "k", "b"]], { node: "n1", phase: "final" }),
      watch(14, 15, ["3", "3"], [], { node: "n1", phase: "final" }),
    ];
    expect(wordOf(judged(checker, [...twoPuts, ...pieces]), "complete")).toBe("valid");
  });
});

test("takes no answer beyond a gap in the reading for the end of a feed", () => {
  const pieces = [watch(10, 11, ["0", "1"], [], { node: "n1", phase: "final" }), watch(12, 13, ["2", "3"], [["2", "k", "b"]], { node: "n1", phase: "final" })];
  expect(wordOf(judged(checker, [...twoPuts, ...pieces]), "complete")).toBe("unknown");
});

test("is unknown about the end of a feed that was not read to its end, or not at all", () => {
  expect(wordOf(judged(checker, twoPuts), "complete")).toBe("unknown");
  expect(wordOf(judged(checker, [...twoPuts, watch(10, 11, ["0", "2"], [["1", "k", "a"]], { node: "n1", phase: "final" })]), "complete")).toBe("unknown");
});

interface Story {
  readonly lines: WatchLine[];
}

/** A correct store: one revision a change, every answer complete up to the newest revision. */
function correct(all: Parameters<typeof simulated<Payload, WatchInput, WatchOutput>>[0]): Story {
  const events: WatchEvent[] = [];
  const lines = simulated<Payload, WatchInput, WatchOutput>(all, {
    input: ({ what, key, from }, index) =>
      what === "watch" ? { f: "watch", from: String(from) } : what === "put" ? { f: "put", key, value: `v${index}` } : { f: "delete", key },
    apply(input) {
      if (input.f === "watch") {
        const shown = events.filter(({ revision }) => Number(revision) >= Number(input.from));
        return { events: shown, next: String(Math.max(Number(input.from), events.length + 1)) };
      }
      const last = events.findLast(({ key }) => key === input.key);
      if (input.f === "delete" && (last === undefined || last.value === null)) return { revision: null };
      events.push({ revision: String(events.length + 1), key: input.key, value: input.f === "put" ? input.value : null });
      return { revision: String(events.length) };
    },
    node: () => "n1",
  });
  return { lines };
}

interface Payload {
  readonly what: "put" | "delete" | "watch";
  readonly key: string;
  readonly from: number;
}
const payload: fc.Arbitrary<Payload> = fc.record({
  what: fc.constantFrom("put" as const, "put" as const, "delete" as const, "watch" as const, "watch" as const),
  key: fc.constantFrom("k", "l"),
  from: fc.nat(8),
});

test("lets everything pass that a correct store answers", () => {
  fc.assert(
    fc.property(attempts(payload), (all) => {
      expect(brokenIn(judged(checker, correct(all).lines))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("sees any single change left out, doubled, altered or swapped, if a second witness knows it", () => {
  let corruptedCount = 0;
  fc.assert(
    fc.property(attempts(payload, 14), fc.nat(), fc.constantFrom("drop", "double", "alter", "swap"), (all, pick, how) => {
      const { lines } = correct(all);
      const acknowledged = new Set(
        lines.flatMap(({ input, output }) =>
          input.f !== "watch" && output !== undefined && "revision" in output && output.revision !== null ? [output.revision] : [],
        ),
      );
      const places = lines.flatMap(({ output, to }, line) =>
        to === undefined || output === undefined || !("events" in output)
          ? []
          : output.events.flatMap((event, position) => (acknowledged.has(event.revision) ? [{ line, position }] : [])),
      );
      const place = places[pick % Math.max(1, places.length)];
      if (place === undefined) return;
      const victim = lines[place.line];
      if (victim?.output === undefined || !("events" in victim.output)) return;
      const events = corrupted(victim.output.events, place.position, how);
      if (events === undefined) return;
      corruptedCount++;
      expect(brokenIn(judged(checker, lines.with(place.line, { ...victim, output: { ...victim.output, events } }))).length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
  expect(corruptedCount).toBeGreaterThan(200);
});

function corrupted(events: readonly WatchEvent[], position: number, how: string): readonly WatchEvent[] | undefined {
  const event = events[position];
  const next = events[position + 1];
  if (event === undefined) return undefined;
  if (how === "drop") return events.filter((_, index) => index !== position);
  if (how === "double") return [...events.slice(0, position), event, ...events.slice(position)];
  if (how === "alter") return events.with(position, { ...event, value: `${event.value}!` });
  return next === undefined ? undefined : events.with(position, next).with(position + 1, event);
}
