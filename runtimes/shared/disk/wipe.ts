// An empty disk, and how full one is. For the faults of the harness.
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DataFolder, makeFolder } from "./data-folder.ts";
import { layoutOf } from "./disk-layout.ts";
import { systemCalls } from "./system-calls.ts";

/** All files are gone, and that is durable. Nothing may run on the directory. Idempotent. */
export function wipeDisk(directory: string): Promise<void> {
  return new Promise((resolve) => {
    const { data, image } = layoutOf(directory);
    clearFolder(data);
    clearFolder(image);
    resolve();
  });
}

/** What the files of a node hold, without what is kept of them besides. */
export function usedBytes(directory: string): Promise<number> {
  return new Promise((resolve) => {
    const { data } = layoutOf(directory);
    const paths = isFolder(data) ? new DataFolder(systemCalls, data).files() : [];
    resolve(paths.reduce((sum, path) => sum + (lstatSync(join(data, path), { throwIfNoEntry: false })?.size ?? 0), 0));
  });
}

/** Made if missing. Links in it go, and what they lead to stays. @throws Error if it is no folder itself */
export function clearFolder(place: string): void {
  makeFolder(systemCalls, place);
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true, force: true });
}

function isFolder(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
