import { expect, test } from "vitest";
import { snapshotDistance } from "./snapshot-distance.ts";

/** Where snapshots are taken in a log of this length. */
function snapshots(length: number, first: number): readonly number[] {
  return Array.from({ length }, (_, offset) => offset + 1).filter((index) => index % snapshotDistance(index, first) === 0);
}

test("a short log has a snapshot at every multiple of the first distance", () => {
  expect(snapshots(96, 24)).toEqual([24, 48, 72, 96]);
  expect(snapshots(767, 24)).toHaveLength(31);
});

test("from then on they are twice as far apart whenever the log has doubled", () => {
  const between = (from: number, to: number): number => snapshots(to, 24).filter((index) => index > from).length;
  expect([between(384, 768), between(768, 1_536), between(1_536, 3_072), between(3_072, 6_144)]).toEqual([16, 16, 16, 16]);
});

test("no gap is ever longer than 32 times the first one: recovery reads that much at most", () => {
  const taken = snapshots(40_000, 10);
  const gaps = taken.slice(1).map((index, position) => index - (taken[position] ?? 0));
  expect(Math.max(...gaps)).toBe(320);
  expect(Math.min(...gaps)).toBe(10);
});
