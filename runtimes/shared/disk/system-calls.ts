// What the disk layer asks of the operating system, as a port: tests stop a node after any one of these calls. For the disk layer.
import * as fs from "node:fs";
import type { DiskErrorKind } from "../../../harness/environment.ts";

export type SystemCalls = Pick<
  typeof fs,
  | "closeSync"
  | "fstatSync"
  | "fsyncSync"
  | "ftruncateSync"
  | "linkSync"
  | "lstatSync"
  | "mkdirSync"
  | "openSync"
  | "readSync"
  | "readdirSync"
  | "renameSync"
  | "rmSync"
  | "unlinkSync"
  | "writeSync"
> & {
  fdatasync(fd: number, done: (error: Error | null) => void): void;
  fsync(fd: number, done: (error: Error | null) => void): void;
};

export const systemCalls: SystemCalls = fs;

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC } = fs.constants;

/** No link is ever followed at the end of a path. */
export const openFlags: Readonly<Record<"existing" | "created" | "replaced" | "read" | "directory", number>> = {
  existing: O_RDWR | O_NOFOLLOW,
  created: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
  replaced: O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW,
  read: O_RDONLY | O_NOFOLLOW,
  directory: O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
};

/** Fewer bytes only at the end of the file. */
export function readFully(calls: SystemCalls, fd: number, range: { readonly at: number; readonly length: number }): Uint8Array {
  const bytes = new Uint8Array(range.length);
  let readBytes = 0;
  while (readBytes < range.length) {
    const count = calls.readSync(fd, bytes, readBytes, range.length - readBytes, range.at + readBytes);
    if (count === 0) break;
    readBytes += count;
  }
  return bytes.subarray(0, readBytes);
}

export function writeFully(calls: SystemCalls, fd: number, bytes: Uint8Array, at: number): void {
  let writtenBytes = 0;
  while (writtenBytes < bytes.length) writtenBytes += calls.writeSync(fd, bytes, writtenBytes, bytes.length - writtenBytes, at + writtenBytes);
}

/** What could still fail was reported by the sync or the write before. */
export function closeQuietly(calls: SystemCalls, fd: number): void {
  try {
    calls.closeSync(fd);
  } catch {
    // The descriptor is gone either way (close(2)).
  }
}

/** `ENOENT`, `EIO` ...; undefined: not an error of the operating system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function diskErrorKindOf(error: unknown): DiskErrorKind {
  const code = codeOf(error);
  if (code === "ENOENT") return "NotFound";
  return code === "ENOSPC" || code === "EDQUOT" ? "NoSpace" : "InputOutput";
}
