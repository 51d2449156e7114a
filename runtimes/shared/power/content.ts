// How much was on a disk before its power was cut and how much is there after. For the record of what a power cut did.
import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

/** Size of every plain file below a folder, by its relative path. */
export type Content = ReadonlyMap<string, number>;

/** Links are not followed. */
export function contentOf(folder: string): Content {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ parentPath, name }) => [relative(folder, join(parentPath, name)), lstatSync(join(parentPath, name)).size]));
}

/** Files that are gone, and bytes by which files are shorter, gone ones included. What was overwritten in place is not seen here. */
export function lossBetween(before: Content, after: Content): { readonly lostFiles: number; readonly lostBytes: number } {
  let lostFiles = 0;
  let lostBytes = 0;
  for (const [path, sizeBytes] of before) {
    if (!after.has(path)) lostFiles++;
    lostBytes += Math.max(0, sizeBytes - (after.get(path) ?? 0));
  }
  return { lostFiles, lostBytes };
}
