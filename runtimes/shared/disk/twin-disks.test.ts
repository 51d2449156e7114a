// Same meaning in every runtime: real files under the disk layer hold what the simulated drive holds, also after a power cut.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { cutPower } from "./power-cut.ts";
import { anySteps, contentsOf, inFolder, ModelDisk, seenThrough, SteppedDisk, type Step } from "./twin-disks.fixture.ts";

/** Takes the steps on both; answers both contents before and after the cut, and what was lost. */
async function compare(steps: readonly Step[], seed: string, torn: boolean): Promise<void> {
  await inFolder(async (directory) => {
    const model = new ModelDisk(seed);
    const real = new SteppedDisk(directory);
    await real.start();
    for (const step of steps) {
      await real.take(step);
      model.take(step);
    }
    await real.take({ do: "answer" });
    model.take({ do: "answer" });
    const before = model.contents();
    expect(contentsOf(directory)).toEqual(before);
    expect(await seenThrough(real.disk, Object.keys(before))).toEqual(before);
    await real.close();
    const { lostWrites, lostNames } = model.drive.cutPower(torn);
    const loss = await cutPower(directory, { torn, random: seededRandom(seed) });
    expect(contentsOf(directory)).toEqual(model.contents());
    expect(loss).toMatchObject({ lostWrites, lostNames });
  });
}

test("after any steps and a power cut, real files hold what the simulated drive holds, byte by byte", async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.string(), fc.boolean(), (steps, seed, torn) => compare(steps, seed, torn)),
    { numRuns: 300 },
  );
});
