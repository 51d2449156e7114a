// The memory of the search against its definition, with every hash the same and sets that move far beyond one word.
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import type { Random } from "../../../harness/random.ts";
import { Configurations } from "./configurations.ts";
import { WindowSet } from "./window.ts";

const count = 200;

/** Fills a set as a search does: everything below `first`, not `first` itself, and a few of the next ones. */
function draw(window: WindowSet, random: Random, first: number): Set<number> {
  const members = new Set(Array.from({ length: first }, (_, member) => member));
  for (let ahead = 1; ahead <= 40 && first + ahead < count; ahead++) if (random.chance(0.06, "member")) members.add(first + ahead);
  window.reset(count);
  for (const member of random.shuffle([...members], "order")) window.add(member);
  window.startAt(first, count);
  return members;
}

function isSubset(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return [...one].every((member) => other.has(member));
}

interface Known {
  readonly mutators: ReadonlySet<number>;
  readonly observers: ReadonlySet<number>;
  readonly pending: ReadonlySet<number>;
  readonly state: number;
}

test.each([
  ["colliding", () => 0],
  ["different", (random: Random) => random.below(3, "hash")],
] as const)("a situation is new exactly when no known one dominates it, with %s hashes", (_name, hashOf) => {
  for (let round = 0; round < 15; round++) {
    const random = seededRandom(`configurations/${round}`);
    const [mutators, observers, pending] = [new WindowSet(), new WindowSet(), new WindowSet()];
    for (const window of [mutators, observers, pending]) window.reset(count);
    const configurations = new Configurations(mutators, observers, pending);
    configurations.clear();
    const known: Known[] = [];
    const firsts = [random.below(count, "first"), random.below(count + 1, "first"), 32 * random.below(6, "first")];
    const hash = hashOf(random);
    const states = round % 3 === 0 ? 200 : 3;
    for (let step = 0; step < 120; step++) {
      const mutatorRandom = seededRandom(`mutators/${random.below(4, "few different")}`);
      const situation: Known = {
        mutators: draw(mutators, mutatorRandom, random.pick(firsts, "mutators")),
        observers: draw(observers, random, random.pick(firsts, "observers")),
        pending: draw(pending, random, random.below(2, "pending") * 30),
        state: random.below(states, "state"),
      };
      const isDominated = known.some(
        (one) =>
          one.state === situation.state &&
          isSubset(one.mutators, situation.mutators) &&
          isSubset(situation.mutators, one.mutators) &&
          isSubset(one.pending, situation.pending) &&
          isSubset(situation.observers, one.observers),
      );
      expect(configurations.hasRoom || configurations.grow(Infinity)).toBe(true);
      expect({ round, step, isNew: configurations.add(hash, situation.state) }).toEqual({ round, step, isNew: !isDominated });
      known.push(situation);
    }
  }
});

test("a window set forgets what is removed, and its end follows", () => {
  const window = new WindowSet();
  window.reset(100);
  for (const member of [0, 40, 99]) window.add(member);
  window.remove(99);
  expect([window.has(40), window.has(99), window.end]).toEqual([true, false, 2]);
  window.remove(40);
  expect(window.end).toBe(1);
  window.startAt(100, 100);
  expect(window.length).toBe(0);
});

test("a cleared memory knows nothing", () => {
  const [mutators, observers, pending] = [new WindowSet(), new WindowSet(), new WindowSet()];
  const configurations = new Configurations(mutators, observers, pending);
  for (const window of [mutators, observers, pending]) window.reset(10);
  expect([configurations.add(1, 0), configurations.add(1, 0), configurations.add(1, 1), configurations.count]).toEqual([true, false, true, 2]);
  configurations.clear();
  expect([configurations.count, configurations.add(1, 0)]).toEqual([0, true]);
});

test("a memory of many chunks and buckets forgets nothing, and grows no further than it may", () => {
  const [mutators, observers, pending] = [new WindowSet(), new WindowSet(), new WindowSet()];
  for (const window of [mutators, observers, pending]) window.reset(100);
  for (const window of [mutators, pending]) window.add(70);
  const configurations = new Configurations(mutators, observers, pending);
  configurations.clear();
  const add = (state: number): boolean => {
    expect(configurations.hasRoom || configurations.grow(Infinity)).toBe(true);
    return configurations.add(state % 977, state);
  };
  const states = Array.from({ length: 20_000 }, (_, state) => state);
  expect(states.every((state) => add(state))).toBe(true);
  expect(states.some((state) => add(state))).toBe(false);
  expect(configurations.count).toBe(states.length);
  const { sizeBytes } = configurations;
  expect(sizeBytes).toBeGreaterThan(4 * 16 * states.length);
  let state = states.length;
  while (configurations.hasRoom) configurations.add(0, state++);
  expect([configurations.grow(sizeBytes), configurations.sizeBytes, configurations.hasRoom]).toEqual([false, sizeBytes, false]);
  configurations.release();
  expect(configurations.sizeBytes).toBeLessThan(1 << 17);
});

test("a record larger than a chunk finds room", () => {
  const [mutators, observers, pending] = [new WindowSet(), new WindowSet(), new WindowSet()];
  const memberCount = 3_000_000;
  for (const window of [mutators, observers, pending]) window.reset(memberCount);
  pending.add(memberCount - 1);
  const configurations = new Configurations(mutators, observers, pending);
  configurations.clear();
  expect([configurations.hasRoom, configurations.grow(1 << 20), configurations.grow(1 << 24)]).toEqual([false, false, true]);
  expect([configurations.add(0, 0), configurations.add(0, 0)]).toEqual([true, false]);
});
