// A process may be killed between any two system calls, and in the middle of a write: what its files then hold is right.
import * as fs from "node:fs";
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { cutPower } from "./power-cut.ts";
import { systemCalls, type SystemCalls } from "./system-calls.ts";
import { contentsOf, inFolder, ModelDisk, quickCalls, seenThrough, SteppedDisk, writeHalf, type Step } from "./twin-disks.fixture.ts";

const script: readonly Step[] = [
  { do: "create", path: "a" },
  { do: "append", path: "a", fill: 1, length: 1_000 },
  { do: "fsync", path: "a" },
  { do: "fsync-directory", directory: "" },
  { do: "write", path: "a", at: 100, fill: 2, length: 500 },
  { do: "write", path: "a", at: 900, fill: 3, length: 300 },
  { do: "create", path: "d/a" },
  { do: "append", path: "d/a", fill: 4, length: 600 },
  { do: "fsync", path: "d/a" },
  { do: "truncate", path: "a", length: 450 },
  { do: "begin-fsync", path: "a" },
  { do: "append", path: "a", fill: 5, length: 40 },
  { do: "answer" },
  { do: "rename", path: "d/a", to: "b" },
  { do: "restart" },
  { do: "create", path: "d/a" },
  { do: "append", path: "d/a", fill: 6, length: 70 },
  { do: "rename", path: "a", to: "d/a" },
  { do: "fsync-directory", directory: "d" },
  { do: "truncate", path: "d/a", length: 20 },
  { do: "lie" },
  { do: "append", path: "b", fill: 7, length: 90 },
  { do: "fsync", path: "b" },
  { do: "restart" },
  { do: "append", path: "b", fill: 8, length: 90 },
  { do: "stop-lying" },
  { do: "failed-fsync", path: "b" },
  { do: "write", path: "b", at: 30, fill: 9, length: 200 },
  { do: "fsync", path: "b" },
  { do: "remove", path: "d/a" },
  { do: "fsync-directory", directory: "d" },
  { do: "remove", path: "b" },
  { do: "create", path: "b" },
  { do: "append", path: "b", fill: 10, length: 8 },
];

/** What a new process does where the one before was killed. */
const afterwards: readonly Step[] = [
  { do: "create", path: "a" },
  { do: "append", path: "a", fill: 20, length: 100 },
  { do: "fsync", path: "a" },
  { do: "append", path: "b", fill: 21, length: 60 },
  { do: "fsync", path: "b" },
  { do: "write", path: "d/a", at: 5, fill: 22, length: 10 },
  { do: "append", path: "d/a", fill: 23, length: 30 },
  { do: "fsync-directory", directory: "" },
];

type Call = (...given: readonly unknown[]) => unknown;
type Half = "none" | "half";

class Stopper {
  readonly calls: SystemCalls;
  readonly names: string[] = [];
  isStopped = false;
  readonly #last: number;
  readonly #half: Half;

  /** Lets `last` calls through, of a write after them half, and nothing any more. */
  constructor(last: number, half: Half) {
    this.#last = last;
    this.#half = half;
    this.calls = new Proxy(quickCalls(systemCalls), {
      get: (calls, name) => {
        const call: unknown = Reflect.get(calls, name);
        return typeof call === "function" ? (...given: unknown[]): unknown => this.#call(String(name), call as Call, given) : call;
      },
    });
  }

  #call(name: string, call: Call, given: unknown[]): unknown {
    if (this.isStopped || this.names.length >= this.#last) {
      if (!this.isStopped && name === "writeSync" && this.#half === "half") writeHalf(given);
      this.isStopped = true;
      // A sync is never answered; everything else ends here.
      if (name === "fsync" || name === "fdatasync") return;
      throw new Error("killed");
    }
    this.names.push(name);
    return call(...given);
  }
}

/** Answers how many steps were answered before the stop. */
async function takeScript(directory: string, stopper: Stopper, steps: readonly Step[] = script): Promise<number> {
  const disk = new SteppedDisk(directory, { calls: stopper.calls, isStopped: () => stopper.isStopped });
  let answeredCount = 0;
  try {
    await disk.start();
    for (const step of steps) {
      await disk.take(step);
      if (stopper.isStopped) break;
      answeredCount++;
    }
    if (!stopper.isStopped) await disk.close();
  } catch (error) {
    if (!stopper.isStopped) throw error;
  }
  return answeredCount;
}

/** The states that may be found: the step under way has not happened, or has, or (a write) was announced and written not at all, or by half. */
function models(answeredCount: number, seed: string, more: readonly Step[]): readonly ModelDisk[] {
  const step = script[answeredCount];
  const ends: ((model: ModelDisk) => void)[] = [() => {}];
  if (step !== undefined) ends.push((model) => model.take(step));
  if (step !== undefined && "fill" in step)
    ends.push(
      (model) => model.takePart(step, 0),
      (model) => model.takePart(step, Math.floor(step.length / 2)),
    );
  return ends.map((end) => {
    const model = new ModelDisk(seed);
    for (const each of script.slice(0, answeredCount)) model.take(each);
    end(model);
    for (const each of more) model.take(each);
    return model;
  });
}

function afterCut(model: ModelDisk, torn: boolean): Record<string, string> {
  model.drive.cutPower(torn);
  return model.contents();
}

const callNames = await inFolder(async (directory) => {
  const stopper = new Stopper(Number.POSITIVE_INFINITY, "none");
  expect(await takeScript(directory, stopper)).toBe(script.length);
  return stopper.names;
});

/** After how many calls to stop: anywhere, or where a write would be next. */
function stops(half: Half): readonly number[] {
  return [...callNames, "end"].flatMap((name, index) => (half === "none" || name === "writeSync" ? [index] : []));
}

for (const half of ["none", "half"] as const) {
  const where = half === "none" ? "between any two system calls" : "in the middle of any write";

  test(`killed ${where}, then a power cut: what was answered is durable, the rest as drawn`, async () => {
    expect(stops(half).length).toBeGreaterThan(30);
    for (const last of stops(half)) {
      await inFolder(async (directory) => {
        const answeredCount = await takeScript(directory, new Stopper(last, half));
        const torn = last % 3 === 0;
        const allowed = models(answeredCount, `seed ${last}`, []).map((model) => afterCut(model, torn));
        if (fs.existsSync(`${directory}/image`)) await cutPower(directory, { torn, random: seededRandom(`seed ${last}`) });
        const found = fs.existsSync(`${directory}/data`) ? contentsOf(directory) : {};
        expect(allowed, `after ${last} calls, in step ${answeredCount}`).toContainEqual(found);
      });
    }
  });

  test(`killed ${where}, then started, killed and started again: nothing written is lost, and durable stays durable`, async () => {
    for (const last of stops(half)) {
      await inFolder(async (directory) => {
        const answeredCount = await takeScript(directory, new Stopper(last, half));
        const killedAgain = new Stopper(last % 61, "none");
        await new SteppedDisk(directory, { calls: killedAgain.calls }).start().catch(() => {});
        const disk = new SteppedDisk(directory);
        await disk.start();
        const allowed = models(answeredCount, "", []).map((model) => model.contents());
        const found = contentsOf(directory);
        expect(allowed, `after ${last} calls, in step ${answeredCount}`).toContainEqual(found);
        expect(await seenThrough(disk.disk, ["a", "b", "d/a"])).toEqual(found);
        // The port's own switches are told anew to a new process; this one is told of none.
        const likely = models(answeredCount, `seed ${last}`, [{ do: "stop-lying" }, ...afterwards]);
        for (const step of afterwards) await disk.take(step);
        await disk.close();
        await cutPower(directory, { torn: false, random: seededRandom(`seed ${last}`) });
        expect(
          likely.map((model) => afterCut(model, false)),
          `after ${last} calls, in step ${answeredCount}`,
        ).toContainEqual(contentsOf(directory));
      });
    }
  });
}

test("a truncation that was announced and not done is done by the next process: later changes build on it", async () => {
  const steps: readonly Step[] = [
    { do: "create", path: "a" },
    { do: "append", path: "a", fill: 1, length: 100 },
    { do: "truncate", path: "a", length: 10 },
  ];
  const whole = new Stopper(Number.POSITIVE_INFINITY, "none");
  await inFolder((directory) => takeScript(directory, whole, steps));
  await inFolder(async (directory) => {
    await takeScript(directory, new Stopper(whole.names.lastIndexOf("ftruncateSync"), "none"), steps);
    expect(contentsOf(directory)["a"]).toHaveLength(100);
    const disk = new SteppedDisk(directory);
    await disk.start();
    await disk.close();
    expect(contentsOf(directory)["a"]).toHaveLength(10);
  });
});
