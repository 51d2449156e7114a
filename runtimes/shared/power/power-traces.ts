// What a power file system leaves on a machine: a mount, a loop device, an image file, a folder. Found by looking, removed in that order, so that it
// does not matter how far its maker came. For the maker and for the sweep after a killed one.
import { lstatSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandError, type RunCommand } from "./command.ts";

/** Both absolute, with folders that are no links. */
export interface PowerPlace {
  readonly image: string;
  readonly mountPoint: string;
}

const detachLimitMs = 2_000;
const blockFolder = "/sys/block";

/** The same place with the links in its folders resolved, as the kernel names it. @throws the system's error if a folder is missing */
export function resolvedPlace({ image, mountPoint }: PowerPlace): PowerPlace {
  return { image: inRealFolder(image), mountPoint: inRealFolder(mountPoint) };
}

/**
 * Removes all of it; false: there was nothing. Only what is backed by that image is unmounted and detached, only a plain file and an empty folder
 * removed. A mount that somebody still uses vanishes from the tree at once, and goes when the last user does.
 * @throws CommandError; Error if the image is still in use afterwards: it is kept then
 */
export async function removeTraces(place: PowerPlace, run: RunCommand): Promise<boolean> {
  const devices = loopDevicesOf(place.image);
  const mounts = mountsOf(place.mountPoint, devices);
  for (const mount of mounts) await unmount(mount, run);
  for (const device of devices) await detach(device, run);
  await untilDetached(place.image);
  const hadImage = isPlainFile(place.image);
  if (hadImage) rmSync(place.image);
  return removeFolder(place.mountPoint) || hadImage || devices.length > 0;
}

/** Devices such as `/dev/loop3` that are backed by this file, also after it was unlinked. */
export function loopDevicesOf(image: string): readonly string[] {
  const names = readdirSync(blockFolder).filter((name) => name.startsWith("loop"));
  return names.filter((name) => [image, `${image} (deleted)`].includes(backingFileOf(name))).map((name) => `/dev/${name}`);
}

/** Mounts of these devices on exactly this folder, as paths, the last one made first. */
export function mountsOf(mountPoint: string, devices: readonly string[]): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      return { path: unescaped(before.split(" ")[4] ?? ""), source: unescaped(after.split(" ")[1] ?? "") };
    })
    .filter(({ path, source }) => path === mountPoint && devices.includes(source))
    .map(({ path }) => path)
    .toReversed();
}

function inRealFolder(path: string): string {
  return join(realpathSync(dirname(path)), basename(path));
}

/** Lazy only here: a cleanup must not wait for strangers. */
async function unmount(path: string, run: RunCommand): Promise<void> {
  try {
    await run(["umount", path]);
  } catch (error) {
    if (!(error instanceof CommandError) || error.isMissing) throw error;
    await run(["umount", "--lazy", path]);
  }
}

async function detach(device: string, run: RunCommand): Promise<void> {
  try {
    await run(["losetup", "--detach", device]);
  } catch (error) {
    // Somebody else detached it meanwhile: what counts is what is there at the end.
    if (!(error instanceof CommandError) || error.isMissing || !error.said.includes("No such device")) throw error;
  }
}

/** The kernel lets go of a device when nobody holds it any more, at the latest the processes that look at every new device. */
async function untilDetached(image: string): Promise<void> {
  const endMs = performance.now() + detachLimitMs;
  while (loopDevicesOf(image).length > 0) {
    if (performance.now() > endMs) throw new Error(`${image} is still in use by ${loopDevicesOf(image).join(", ")}`);
    await delay(5);
  }
}

function removeFolder(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true || readdirSync(path).length > 0) return false;
  rmdirSync(path);
  return true;
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function backingFileOf(name: string): string {
  try {
    return readFileSync(join(blockFolder, name, "loop/backing_file"), "utf8").trimEnd();
  } catch {
    return "";
  }
}

/** Blanks and the like are octal there. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
