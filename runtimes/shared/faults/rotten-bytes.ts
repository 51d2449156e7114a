// What bit rot has changed in a node's files, found by comparison, and how it is taken back. For the lift of bit-rot.
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/** One byte of one file that is not what the node wrote. */
export interface RottenByte {
  /** The file's number in its file system: its names may change. */
  readonly inode: bigint;
  readonly at: number;
  readonly sound: number;
  /** The rotten byte with its neighbours; it is the one at `at - around.start`. */
  readonly around: { readonly start: number; readonly bytes: Uint8Array };
}

/** As many neighbours on either side must be what they were, else the place was written again, and what stands there is the node's. */
const neighbourCount = 16;
/** All files of a node are held in memory while they rot. */
const sizeLimitBytes = 256 * 1024 * 1024;

/**
 * Lets the files below the folder rot and answers what changed. Nobody else may write meanwhile. Undefined instead of the bytes
 * when the files are too large to be compared: then there is no way back. O(size of the files).
 */
export async function findRot<T>(directory: string, rot: () => Promise<T>): Promise<{ readonly hit: T; readonly bytes: readonly RottenByte[] | undefined }> {
  const paths = filesBelow(directory);
  const sizeBytes = [...paths.values()].reduce((sum, path) => sum + lstatSync(path).size, 0);
  if (sizeBytes > sizeLimitBytes) return { hit: await rot(), bytes: undefined };
  const before = new Map([...paths].map(([inode, path]): [bigint, Buffer] => [inode, readFileSync(path)]));
  const hit = await rot();
  const bytes = [...paths].flatMap(([inode, path]) => changesOf(inode, before.get(inode) ?? Buffer.alloc(0), readFileSync(path)));
  return { hit, bytes };
}

/** Makes sound again what was not written since. Nobody else may write meanwhile. Answers how many bytes that were. */
export function restoreRot(directory: string, bytes: readonly RottenByte[]): number {
  const paths = filesBelow(directory);
  // All are looked at before any is restored: neighbours of one may be rotten themselves.
  const untouched = bytes.flatMap((byte) => {
    const path = paths.get(byte.inode);
    return path !== undefined && isUntouched(path, byte) ? [{ ...byte, path }] : [];
  });
  for (const { at, path, sound } of untouched) withFile(path, (descriptor) => writeSync(descriptor, Uint8Array.of(sound), 0, 1, at));
  return untouched.length;
}

function isUntouched(path: string, { around }: RottenByte): boolean {
  return withFile(path, (descriptor) => {
    const now = Buffer.alloc(around.bytes.length);
    return readSync(descriptor, now, 0, now.length, around.start) === now.length && now.equals(around.bytes);
  });
}

function withFile<T>(path: string, act: (descriptor: number) => T): T {
  const descriptor = openSync(path, "r+");
  try {
    return act(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function changesOf(inode: bigint, before: Buffer, after: Buffer): readonly RottenByte[] {
  if (before.equals(after)) return [];
  const found: RottenByte[] = [];
  after.forEach((byte, at) => {
    const sound = before[at];
    if (sound === undefined || sound === byte) return;
    const start = Math.max(0, at - neighbourCount);
    found.push({ inode, at, sound, around: { start, bytes: Uint8Array.from(after.subarray(start, at + neighbourCount + 1)) } });
  });
  return found;
}

/** Every plain file once, by its number, whatever names it has; links are not followed. */
function filesBelow(directory: string): ReadonlyMap<bigint, string> {
  const found = new Map<bigint, string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(lstatSync(path, { bigint: true }).ino, path);
  }
  return found;
}
