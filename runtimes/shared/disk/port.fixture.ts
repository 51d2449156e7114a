// Short words for the disk port in tests: an answer as a promise, an error as its kind.
import type { DiskDone, DiskError, File } from "../../../harness/environment.ts";
import { seededRandom } from "../../../harness/random.ts";
import { RealDisk, type RealDiskOptions } from "./real-disk.ts";
import { systemCalls } from "./system-calls.ts";
import { inFolder, quickCalls } from "./twin-disks.fixture.ts";

export type Outcome<T> = T | DiskError["kind"];

export function outcome<T>(call: (done: DiskDone<T>) => void): Promise<Outcome<T>> {
  return new Promise((resolve) => call((error, result) => resolve(error === null ? result : error.kind)));
}

export async function opened(disk: RealDisk, path: string): Promise<File> {
  const file = await outcome<File>((done) => disk.open(path, { create: true }, done));
  if (typeof file === "string") throw new Error(file);
  return file;
}

export const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
export const append = (file: File, content: string): Promise<Outcome<number>> => outcome<number>((done) => file.append(bytes(content), done));
export const sync = (file: File): Promise<Outcome<void>> => outcome<void>((done) => file.fsync(done));
export const read = async (file: File): Promise<string> => {
  const found = await outcome<Uint8Array>((done) => file.read(0, 1 << 20, done));
  return typeof found === "string" ? found : new TextDecoder().decode(found);
};

export interface World {
  readonly directory: string;
  readonly disk: RealDisk;
  readonly effects: Record<string, number>;
}

export async function withDisk(body: (world: World) => Promise<void>, options: Partial<RealDiskOptions> = {}): Promise<void> {
  await inFolder(async (directory) => {
    const effects: Record<string, number> = {};
    const effect = (id: string, name: string, count: number): void => void (effects[`${id}: ${name}`] = (effects[`${id}: ${name}`] ?? 0) + count);
    const disk = await RealDisk.open({ directory, keepsImage: true, random: seededRandom("errors"), effect, calls: quickCalls(systemCalls), ...options });
    await body({ directory, disk, effects });
    await disk.close();
  });
}
