// Whether power cuts by file system work on this machine, found out by cutting one. For `faultline doctor`.
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UndoJournal } from "../undo/index.ts";
import { probeCapability, type CapabilityProbe } from "./capability.ts";
import { PowerFilesystem } from "./power-filesystem.ts";

const sizeBytes = 16 * 1024 * 1024;
const remedy = "run on Linux as root with loop devices, with e2fsprogs and perl installed, or use --power-cut layer";

/** A whole cycle on a throw-away image: loop device, ext4, power cut, recovery. Never rejects, leaves nothing unless it is killed. About 0.1 s. */
export async function probePowerFilesystem(): Promise<readonly CapabilityProbe[]> {
  return [await probeCapability({ id: "power-filesystem", remedy }, cycle)];
}

async function cycle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `faultline-power-probe-${process.pid}-`));
  try {
    const filesystem = await PowerFilesystem.create({ image: join(folder, "image"), mountPoint: join(folder, "disk"), sizeBytes, kind: "ext4", undo: noUndo });
    try {
      return await cutOnce(filesystem);
    } finally {
      await filesystem.remove();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A probe lives for a tenth of a second and has no run whose log could hold its undo. */
const noUndo: UndoJournal = { before: () => ({ done: () => undefined }) };

async function cutOnce(filesystem: PowerFilesystem): Promise<string> {
  const [kept, lost] = [join(filesystem.mountPoint, "kept"), join(filesystem.mountPoint, "lost")];
  const descriptor = openSync(kept, "w");
  writeSync(descriptor, "durable");
  fsyncSync(descriptor);
  closeSync(descriptor);
  writeFileSync(lost, "not durable");
  await filesystem.cutPower();
  if (readFileSync(kept, "utf8") !== "durable") throw new Error("what was fsynced did not survive a power cut");
  if (existsSync(lost)) throw new Error("what was not fsynced survived a power cut");
  return "an ext4 on a loop device lost its power, and what was not fsynced, and came back";
}
