// The log on the simulation's disk model: what was acknowledged survives, whatever the disk does to the rest.
import { expect, test } from "vitest";
import type { File } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import { seededRandom, type Random } from "../../harness/random.ts";
import type { CutMode } from "../../runtimes/simulation/inode.ts";
import { Crashed, diskEnvironment, VolumeDisk } from "./volume-disk.fixture.ts";
import { WriteAheadLog, type RecoveredLog } from "./write-ahead-log.ts";

type LogClass = typeof WriteAheadLog;

/** What a user of the log knows: the records since the last roll, and how many of them were acknowledged. */
interface Life {
  snapshot: Json;
  written: Json[];
  acknowledgedCount: number;
  /** A roll that was not acknowledged: either generation may be found. */
  pending: { readonly snapshot: Json; readonly written: readonly Json[] } | null;
}

async function recovered(disk: VolumeDisk, Log: LogClass = WriteAheadLog): Promise<{ log: WriteAheadLog; found: RecoveredLog }> {
  const log = new Log(diskEnvironment(disk), "test");
  const found = await log.recover();
  await new Promise<void>((resolve) => log.roll(found.snapshot, found.records, resolve));
  return { log, found };
}

/** Appends and rolls until the disk stops answering. */
async function live(log: WriteAheadLog, life: Life, random: Random): Promise<void> {
  for (let step = 0; step < 12; step++) {
    if (random.chance(0.2, "roll")) {
      const next = { snapshot: { step, at: life.written.length }, written: life.written.slice(-2) };
      life.pending = next;
      log.roll(next.snapshot, next.written, () =>
        Object.assign(life, { ...next, written: [...next.written], acknowledgedCount: next.written.length, pending: null }),
      );
      await settled();
      if (life.pending !== null) return;
      continue;
    }
    const records = Array.from({ length: random.between(1, 3, "group") }, (_, index) => `${step}.${index} ${"x".repeat(random.below(900, "size"))}`);
    life.written.push(...records);
    const count = life.written.length;
    let isAcknowledged = false;
    log.append(records, () => {
      isAcknowledged = true;
      life.acknowledgedCount = count;
    });
    await settled();
    if (!isAcknowledged) return;
  }
}

/** The disk answers at once: a few turns of the microtask queue are enough for any job. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

function isExplained(found: RecoveredLog, life: Life): boolean {
  const isOwn =
    same(found.snapshot, life.snapshot) && found.records.length >= life.acknowledgedCount && same(found.records, life.written.slice(0, found.records.length));
  return isOwn || (life.pending !== null && same(found.snapshot, life.pending.snapshot) && same(found.records, life.pending.written));
}

function same(a: Json | readonly Json[], b: Json | readonly Json[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Lives with a power cut after a drawn number of disk operations, one after the other on the same disk. Answers the first broken one. */
async function firstLoss(seeds: number, Log: LogClass = WriteAheadLog): Promise<string | undefined> {
  let doubtfulCount = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const random = seededRandom(`cuts ${seed}`);
    const disk = new VolumeDisk();
    const life: Life = { snapshot: null, written: [], acknowledgedCount: 0, pending: null };
    for (let incarnation = 0; incarnation < 4; incarnation++) {
      const start = await recovered(disk, Log).catch((error: unknown) => (error instanceof Crashed ? error.message : Promise.reject(error)));
      if (typeof start === "string") return `seed ${seed}, life ${incarnation}: ${start}`;
      const { log, found } = start;
      if (!found.isDoubtful && !isExplained(found, life)) return `seed ${seed}, life ${incarnation}`;
      if (found.isDoubtful) doubtfulCount++;
      Object.assign(life, { snapshot: found.snapshot, written: [...found.records], acknowledgedCount: found.records.length, pending: null });
      disk.operationsLeft = random.between(0, 30, "life");
      await live(log, life, random);
      disk.powerCut(random.pick<CutMode>(["written", "dropped", "corrupted"], "mode"), `cut ${seed} ${incarnation}`);
    }
  }
  // A tear that cannot be told from rot is reported as doubt; it must stay the exception.
  return doubtfulCount > seeds ? `${doubtfulCount} doubtful tails in ${seeds} disks` : undefined;
}

test("acknowledged records survive power cuts at every point, also torn ones, over several lives", async () => {
  expect(await firstLoss(250)).toBeUndefined();
});

class NeverSyncs extends WriteAheadLog {
  protected override sync(_file: File, done: () => void): void {
    done();
  }
}

test("a log that does not sync is found by the same power cuts", async () => {
  expect(await firstLoss(250, NeverSyncs)).toBeDefined();
});

async function writtenLog(groups: readonly (readonly Json[])[]): Promise<VolumeDisk> {
  const disk = new VolumeDisk();
  const { log } = await recovered(disk);
  for (const records of groups) await new Promise<void>((resolve) => log.append(records, resolve));
  return disk;
}

test("rot refuses the start or raises doubt; it never passes for an undamaged log that is shorter", async () => {
  const groups = Array.from({ length: 30 }, (_, index) => [`${index} ${"y".repeat(120)}`]);
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const disk = await writtenLog(groups);
    disk.rot(1 + (seed % 3), `rot ${seed}`);
    const outcome = await recovered(disk).then(
      ({ found }) => (found.isDoubtful ? "doubtful" : found.records.length === groups.length ? "whole" : "short"),
      (error: unknown) => (error instanceof Crashed ? "refused" : "broken"),
    );
    outcomes.add(outcome);
  }
  expect([...outcomes].toSorted()).toEqual(["doubtful", "refused"]);
});

test("a failed fsync ends the node at once, and what it left in the cache is written anew by the next life", async () => {
  const disk = await writtenLog([["a"]]);
  const { log } = await recovered(disk);
  disk.problemOf = (operation) => (operation === "fsync" ? "InputOutput" : undefined);
  expect(() => log.append(["b"], () => expect.unreachable("acknowledged after a failed fsync"))).toThrow(/fsync of test-.*failed: InputOutput/);
  disk.problemOf = () => undefined;
  // The page cache still shows b. Whoever believes it must first write it again.
  expect((await recovered(disk)).found.records).toEqual(["a", "b"]);
  disk.powerCut("dropped", "after");
  expect((await recovered(disk)).found.records).toEqual(["a", "b"]);
});

test("a full disk ends the node, and nothing that was acknowledged is lost", async () => {
  const disk = await writtenLog([["a"]]);
  const { log } = await recovered(disk);
  disk.problemOf = (operation) => (operation === "append" ? "NoSpace" : undefined);
  expect(() => log.append(["b"], () => expect.unreachable())).toThrow(/append .* failed: NoSpace/);
  disk.problemOf = () => undefined;
  disk.powerCut("dropped", "full");
  expect((await recovered(disk)).found.records).toEqual(["a"]);
});

test("appends that wait share one fsync, and are acknowledged in order", async () => {
  const disk = new VolumeDisk();
  const { log } = await recovered(disk);
  const order: string[] = [];
  const held: (() => void)[] = [];
  class HeldLog extends WriteAheadLog {
    protected override sync(file: File, done: () => void): void {
      held.push(() => super.sync(file, done));
    }
  }
  await new Promise<void>((resolve) => log.append(["before"], resolve));
  const slow = new HeldLog(diskEnvironment(disk), "slow");
  await slow.recover();
  slow.roll(null, [], () => order.push("rolled"));
  slow.append(["a"], () => order.push("a"));
  slow.append(["b"], () => order.push("b"));
  slow.append([], () => order.push("barrier"));
  await settled();
  held.shift()?.();
  await settled();
  expect(order).toEqual(["rolled"]);
  expect(held).toHaveLength(1);
  held.shift()?.();
  expect(order).toEqual(["rolled", "a", "b", "barrier"]);
});

test("old generations are removed, and files of other names are left alone", async () => {
  const disk = await writtenLog([["a"]]);
  disk.volume.create("other-00000001.log");
  const { log } = await recovered(disk);
  await new Promise<void>((resolve) => log.roll("state", [], resolve));
  expect(disk.volume.list("")).toEqual(["other-00000001.log", "test-00000003.log", "test-00000003.snapshot"]);
});
