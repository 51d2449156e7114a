import { describe, expect, test } from "vitest";
import type { Fact } from "../../harness/history.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { Violation } from "../../harness/system.ts";
import { encodeSnowflake, snowflakeEpochMs } from "../parts/snowflake.ts";
import { invariants } from "./invariants.ts";

/** The first violation of an invariant over facts in this order. */
function judged(id: string, facts: readonly (readonly [kind: string, node: string, data: JsonObject])[]): Violation | undefined {
  const judge = invariants.find((invariant) => invariant.id === id)?.start();
  for (const [index, [kind, node, data]] of facts.entries()) {
    const fact: Fact = { index, timeNs: index, node, incarnation: 1, kind: `sequencer.${kind}`, data };
    const violation = judge?.observe(fact);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

const runs = (lane: string, token: number, ...pairs: [number, number][]): JsonObject => ({
  lane,
  token,
  stride: 1,
  runs: pairs.map(([low, high]) => [String(low), String(high)]),
});
const handed = (node: string, data: JsonObject): readonly ["handed", string, JsonObject] => ["handed", node, data];
const big = (low: string, high: string): JsonObject => ({ lane: "x", token: 1, stride: 1, runs: [[low, high]] });
const block = (node: string, from: number, to: number): readonly ["block", string, JsonObject] => ["block", node, { from: String(from), to: String(to) }];
const at = (ms: number, slot = 3): string => encodeSnowflake({ timeMs: snowflakeEpochMs + ms, slot, sequence: 7 });
const slot = (token: number, horizonMs: number): readonly ["slot", string, JsonObject] => [
  "slot",
  "a",
  { slot: 3, token, aboveMs: snowflakeEpochMs + 100, horizonMs: snowflakeEpochMs + horizonMs },
];
const refused = (isEntitled: boolean): readonly ["refused", string, JsonObject] => ["refused", "a", { reason: "no-block", isEntitled }];

describe("handed-once", () => {
  test("accepts stretches that touch, in any order, and equal numbers in different lanes", () => {
    expect(
      judged("handed-once", [
        handed("a", runs("x", 1, [10, 19])),
        handed("b", runs("x", 1, [30, 39], [20, 29])),
        handed("a", runs("x", 1, [1, 9])),
        handed("a", runs("y", 1, [1, 50])),
      ]),
    ).toBeUndefined();
  });

  test.each([[[5, 10]], [[19, 25]], [[12, 13]], [[1, 100]], [[10, 19]]] as [number, number][][])("accuses an overlap with 10 to 19: %j", (overlap) => {
    const violation = judged("handed-once", [handed("a", runs("x", 1, [10, 19], [40, 49])), handed("b", runs("x", 2, overlap))]);
    expect(violation?.facts.map(({ node }) => node)).toEqual(["a", "b"]);
  });

  test("accuses a repetition within one answer, and of ids that are no numbers", () => {
    expect(judged("handed-once", [handed("a", runs("x", 1, [1, 5], [3, 3]))])).toBeDefined();
    expect(judged("handed-once", [handed("a", { ids: ["u", "v"] }), handed("b", { ids: ["w", "v"] })])?.explanation).toBe("id v was given by a and again by b");
    expect(judged("handed-once", [handed("a", { ids: ["u", "v"] }), handed("b", { ids: ["w"] })])).toBeUndefined();
  });

  test("compares numbers beyond 2^53 exactly", () => {
    expect(
      judged("handed-once", [handed("a", big("9007199254740993", "9007199254740993")), handed("a", big("9007199254740992", "9007199254740992"))]),
    ).toBeUndefined();
    expect(
      judged("handed-once", [handed("a", big("9007199254740992", "9007199254740994")), handed("a", big("9007199254740993", "9007199254740993"))]),
    ).toBeDefined();
  });
});

describe("blocks-disjoint", () => {
  test("accuses a number in two blocks", () => {
    expect(judged("blocks-disjoint", [block("a", 1, 10), block("b", 21, 30), block("c", 11, 20)])).toBeUndefined();
    expect(judged("blocks-disjoint", [block("a", 1, 10), block("b", 10, 20)])).toBeDefined();
  });
});

describe("holdings-disjoint", () => {
  test("accepts holders that follow each other, answers out of order within one, and other lanes", () => {
    expect(
      judged("holdings-disjoint", [
        handed("a", runs("x", 1, [50, 60])),
        handed("a", runs("x", 1, [10, 20])),
        handed("b", runs("x", 2, [61, 70])),
        handed("c", runs("y", 3, [1, 99])),
        handed("a", runs("x", 1, [5, 5])),
      ]),
    ).toBeUndefined();
  });

  test("accuses two holders that interleave, even where no id is equal", () => {
    expect(
      judged("holdings-disjoint", [handed("a", runs("x", 1, [10, 11])), handed("b", runs("x", 2, [20, 21])), handed("a", runs("x", 1, [30, 31]))])?.facts.map(
        ({ node }) => node,
      ),
    ).toEqual(["b", "a"]);
    expect(judged("holdings-disjoint", [handed("a", runs("x", 1, [10, 30])), handed("b", runs("x", 2, [20, 21]))])).toBeDefined();
  });
});

describe("within-stretch", () => {
  const id = (token: number, text: string): readonly ["handed", string, JsonObject] => handed("a", { lane: "slot-3", token, stride: 1, runs: [[text, text]] });

  test("accepts ids up to the horizon, also one that a renewal has moved", () => {
    expect(judged("within-stretch", [slot(1, 200), id(1, at(101)), id(1, at(200)), slot(1, 300), id(1, at(300))])).toBeUndefined();
  });

  test("accuses an id beyond the horizon, one of the time of an earlier holder, and one of another slot", () => {
    expect(judged("within-stretch", [slot(1, 200), id(1, at(201))])).toBeDefined();
    expect(judged("within-stretch", [slot(1, 200), id(1, at(100))])).toBeDefined();
    expect(judged("within-stretch", [slot(1, 200), id(1, at(150, 4))])).toBeDefined();
  });
});

describe("serves-while-entitled", () => {
  test("accuses only a refusal without need", () => {
    expect(judged("serves-while-entitled", [refused(false), handed("a", runs("x", 1, [1, 1]))])).toBeUndefined();
    expect(judged("serves-while-entitled", [refused(true)])?.explanation).toBe("a refused (no-block) although it held all that it needed");
  });
});
