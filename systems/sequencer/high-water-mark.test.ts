import { describe, expect, test } from "vitest";
import { World } from "./fixtures/world.fixture.ts";
import { HighWaterMark } from "./high-water-mark.ts";

const opened = async (world: World): Promise<{ mark: HighWaterMark; found: number }> => {
  const mark = new HighWaterMark(world.environment(), "mark");
  return { mark, found: await mark.open() };
};
const bytesOf = (world: World): Uint8Array => world.files.get("mark")?.cached ?? new Uint8Array();

describe("a high-water mark", () => {
  test("is 0 at first and survives a power cut once saved", async () => {
    const world = new World();
    const { mark, found } = await opened(world);
    expect(found).toBe(0);
    for (const value of [5, 17, 1_700_000_000_123]) {
      await mark.save(value);
      world.powerCut();
      expect((await opened(world)).found).toBe(value);
    }
  });

  test("is never lower than the last one saved, wherever the write of the next one was torn", async () => {
    for (let keptBytes = 0; keptBytes <= 12; keptBytes++) {
      for (const savedCount of [1, 2, 3]) {
        const world = new World();
        const { mark } = await opened(world);
        for (let value = 1; value <= savedCount; value++) await mark.save(value * 1000);
        const before = bytesOf(world).slice();
        await mark.save(99_000);
        const after = bytesOf(world);
        const changedFrom = after.findIndex((byte, index) => byte !== before[index]);
        const sector = Math.floor(changedFrom / 512) * 512;
        const torn = new Uint8Array(after.length).fill(0xaa, sector, sector + 12);
        torn.set(before.subarray(0, Math.min(before.length, sector)));
        if (before.length > sector + 512) torn.set(before.subarray(sector + 512), sector + 512);
        torn.set(after.subarray(sector, sector + keptBytes), sector);
        world.files.set("mark", { cached: torn, durable: torn });
        const { mark: next, found } = await opened(world);
        expect([savedCount * 1000, 99_000]).toContain(found);
        // And the next one goes over the spoilt copy, not over the good one.
        await next.save(100_000);
        expect((await opened(world)).found).toBe(100_000);
        expect(bytesOf(world).length).toBeLessThanOrEqual(1024);
      }
    }
  });

  test("writes over the older copy first, also after a restart", async () => {
    for (const savedCount of [1, 2, 3, 4]) {
      const world = new World();
      const { mark } = await opened(world);
      for (let value = 1; value <= savedCount; value++) await mark.save(value * 1000);
      const before = bytesOf(world).slice();
      await (await opened(world)).mark.save(99_000);
      const spoilt = bytesOf(world).slice();
      for (let at = 0; at < spoilt.length; at++) if (spoilt[at] !== before[at]) spoilt[at] = 0xaa;
      world.files.set("mark", { cached: spoilt, durable: spoilt });
      expect((await opened(world)).found).toBe(savedCount * 1000);
    }
  });

  test("ends the node when the disk fails", async () => {
    const world = new World();
    const environment = world.environment();
    const broken = {
      ...environment,
      disk: {
        ...environment.disk,
        open: (path: string, _options: object, done: (error: { kind: "InputOutput"; path: string }, result: never) => void) =>
          done({ kind: "InputOutput", path }, undefined as never),
      },
    };
    await expect(new HighWaterMark(broken, "mark").open()).rejects.toThrow("crashed: high-water mark mark: InputOutput");
  });
});
