// Which mark springs a trap, when the harness repeats what it wants while marks are under way to it.
import { expect, test } from "vitest";
import type { Trap } from "../wire/control.ts";
import { Traps } from "./traps.ts";

function open(): { traps: Traps; said: string[] } {
  const said: string[] = [];
  return { said, traps: new Traps({ seen: (kind) => said.push(`seen ${kind}`), spring: ({ id }) => said.push(`sprung ${id}`) }) };
}

const trap = (id: string, leftCount: number, mark = "m"): Trap => ({ id, mark, leftCount, signal: "SIGKILL" });

test("a trap springs at its mark, at the one that was meant, once", () => {
  const { traps, said } = open();
  traps.set([trap("a", 2), trap("b", 1, "other")], ["m"]);
  for (const kind of ["m", "x", "m", "m", "other", "other"]) traps.marked(kind);
  expect(said).toEqual(["seen m", "seen m", "sprung a", "seen m", "sprung b"]);
});

test("what is not repeated is disarmed", () => {
  const { traps, said } = open();
  traps.set([trap("a", 1)], ["m"]);
  traps.set([], []);
  traps.marked("m");
  expect(said).toEqual([]);
});

test("a trap that is repeated goes on counting from the smaller of both counts", () => {
  const { traps, said } = open();
  traps.set([trap("a", 3)], []);
  traps.marked("m");
  traps.marked("m");
  // The harness has heard of one of them at most.
  traps.set([trap("a", 2)], []);
  traps.marked("m");
  expect(said).toEqual(["sprung a"]);
  // Marks of other nodes count, too.
  traps.set([trap("b", 5)], []);
  traps.set([trap("b", 1)], []);
  traps.marked("m");
  expect(said).toEqual(["sprung a", "sprung b"]);
});

test("a trap that has sprung is not armed again by a message that was under way", () => {
  const { traps, said } = open();
  traps.set([trap("a", 1)], []);
  traps.marked("m");
  traps.set([trap("a", 1), trap("b", 2)], []);
  traps.marked("m");
  traps.marked("m");
  expect(said).toEqual(["sprung a", "sprung b"]);
});
