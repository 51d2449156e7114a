import { describe, expect, test } from "vitest";
import type { ShownOperation } from "../../harness/verdict.ts";
import { sequenceLayout } from "./sequence-layout.ts";

interface Times {
  readonly from: number;
  readonly to: number | null;
}

const operation = (id: number, process: number, { from, to }: Times, type: ShownOperation["type"] = "ok"): ShownOperation => ({
  id,
  process,
  text: "t",
  type,
  result: "",
  invokedNs: from,
  completedNs: to,
});

describe("the layout of a sequence diagram", () => {
  test("puts later moments below earlier ones and overlapping operations beside each other", () => {
    const { bars, lanes } = sequenceLayout({
      operations: [operation(1, 4, { from: 0, to: 100 }), operation(2, 7, { from: 50, to: 60 })],
      facts: [],
      faults: [],
    });
    expect(lanes.map((lane) => lane.name)).toEqual(["client p4", "client p7"]);
    expect(bars.map(({ lane, fromRow, toRow }) => [lane, fromRow, toRow])).toEqual([
      [0, 1, 4],
      [1, 2, 3],
    ]);
  });

  test("at one instant a completion comes before an invocation", () => {
    const { bars } = sequenceLayout({ operations: [operation(1, 0, { from: 0, to: 10 }), operation(2, 1, { from: 10, to: 20 })], facts: [], faults: [] });
    expect(bars[0]?.toRow).toBeLessThan(bars[1]?.fromRow ?? 0);
  });

  test("draws operations that never completed to the end", () => {
    const { bars, rowCount } = sequenceLayout({
      operations: [operation(1, 0, { from: 0, to: null }), operation(2, 1, { from: 10, to: 20 })],
      facts: [],
      faults: [],
    });
    expect(bars[0]).toMatchObject({ toRow: rowCount, isOpen: true });
  });

  test("shows real-time order once, across lanes, and none after an answer that nobody can tell", () => {
    const { precedence } = sequenceLayout({
      operations: [
        operation(1, 0, { from: 0, to: 10 }),
        operation(2, 1, { from: 20, to: 30 }),
        operation(3, 2, { from: 40, to: 50 }),
        operation(4, 0, { from: 60, to: 70 }),
        operation(5, 3, { from: 5, to: 15 }, "info"),
      ],
      facts: [],
      faults: [],
    });
    expect(precedence).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test("bands begin and end with their fault, or with the picture", () => {
    const fault = { id: "f", kind: "kill", victims: [], affectedCount: undefined };
    const operations = [operation(1, 0, { from: 0, to: 10 }), operation(2, 1, { from: 90, to: 100 })];
    const bandOf = (fromNs: number, toNs: number): unknown =>
      sequenceLayout({ operations, facts: [], faults: [{ ...fault, fromNs, toNs }] }).bands.map(({ fromRow, toRow }) => [fromRow, toRow])[0];
    expect(bandOf(-5, Infinity)).toEqual([0, 5]);
    expect(bandOf(50, 60)).toEqual([3, 4]);
  });
});
