import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweepUndo } from "../undo/index.ts";
import { runCommand } from "./command.ts";
import { whyNot } from "./fixtures/loop-devices.ts";
import { powerHealer, removePowerFilesystem } from "./power-healer.ts";
import { loopDevicesOf, mountsOf } from "./power-traces.ts";

const doomed = fileURLToPath(new URL("fixtures/doomed-power.ts", import.meta.url));
/** mkfs, losetup, mount; perl, umount, mount; umount, losetup --detach: before and after each. */
const stepCount = 16;

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "faultline-power-heal-")));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Runs it to its end or its death. */
async function run(folder: string, step: number): Promise<{ readonly said: string; readonly signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [doomed, folder, String(step)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child, "close");
  return { said, signal: child.signalCode };
}

describe.skipIf(whyNot !== "")(`the sweep after a harness that was killed${whyNot}`, () => {
  test("goes through this many steps when nobody kills it", async () => {
    expect(await run(root, -1)).toEqual({ said: `survived ${stepCount} steps\n`, signal: null });
    expect(readdirSync(root)).toEqual(["undo.jsonl"]);
  });

  test.each(Array.from({ length: stepCount }, (_, step) => step))("at step %i of a disk's life leaves nothing", async (step) => {
    expect((await run(root, step)).signal).toBe("SIGKILL");
    const [swept] = await sweepUndo([join(root, "undo.jsonl")], [powerHealer(root)]);
    expect(swept?.healed.map(({ healing }) => healing)).toEqual([{ outcome: "healed" }]);
    expect(loopDevicesOf(join(root, "image"))).toEqual([]);
    expect(mountsOf(join(root, "disk"), ["/dev/loop0"])).toEqual([]);
    expect(readdirSync(root)).toEqual(["undo.jsonl"]);
    const [again] = await sweepUndo([join(root, "undo.jsonl")], [powerHealer(root)]);
    expect(again?.healed).toEqual([]);
  });

  test("touches neither a stranger's mount on that folder nor a stranger's files in it", async () => {
    const [image, mountPoint] = [join(root, "image"), join(root, "disk")];
    mkdirSync(mountPoint);
    await runCommand(["mount", "-t", "tmpfs", "none", mountPoint]);
    try {
      writeFileSync(join(mountPoint, "precious"), "");
      expect(await powerHealer(root).heal(removePowerFilesystem({ image, mountPoint }).data)).toEqual({ outcome: "needless" });
      expect(existsSync(join(mountPoint, "precious"))).toBe(true);
    } finally {
      await runCommand(["umount", mountPoint]);
    }
  });
});

describe.skipIf(process.platform !== "linux")("the healer of power file systems (Linux only)", () => {
  const untouched = async (): Promise<string> => await Promise.reject(new Error("a tool was run"));

  test("does nothing outside of its root, whatever the log says", async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "faultline-power-outside-")));
    writeFileSync(join(outside, "image"), "precious");
    symlinkSync(outside, join(root, "way-out"));
    const data = [
      { image: join(outside, "image"), mountPoint: join(root, "disk") },
      { image: join(root, "image"), mountPoint: outside },
      { image: join(root, "way-out", "image"), mountPoint: join(root, "disk") },
      { image: `${root}/../${outside.split("/").at(-1) ?? ""}/image`, mountPoint: join(root, "disk") },
      { image: root, mountPoint: root },
      { image: "image", mountPoint: "disk" },
      { image: 7, mountPoint: null },
      { image: `${root}/a\0b`, mountPoint: join(root, "disk") },
      {},
    ];
    for (const each of data) expect(await powerHealer(root, untouched).heal(each)).toMatchObject({ outcome: "refused" });
    expect(readdirSync(outside)).toEqual(["image"]);
    rmSync(outside, { recursive: true });
  });

  test("has nothing to do where nothing was made, or the whole run folder is gone", async () => {
    const heal = async (folder: string): Promise<unknown> =>
      await powerHealer(root, untouched).heal({ image: join(folder, "image"), mountPoint: join(folder, "disk") });
    expect(await heal(root)).toEqual({ outcome: "needless" });
    expect(await heal(join(root, "gone"))).toEqual({ outcome: "needless" });
  });

  test("removes a plain image and an empty folder, and keeps a folder with something in it", async () => {
    const [image, mountPoint] = [join(root, "image"), join(root, "disk")];
    writeFileSync(image, "");
    mkdirSync(mountPoint);
    writeFileSync(join(mountPoint, "precious"), "");
    expect(await powerHealer(root, untouched).heal({ image, mountPoint })).toEqual({ outcome: "healed" });
    expect(readdirSync(root)).toEqual(["disk"]);
    rmSync(join(mountPoint, "precious"));
    expect(await powerHealer(root, untouched).heal({ image, mountPoint })).toEqual({ outcome: "healed" });
    expect(readdirSync(root)).toEqual([]);
  });
});
