// Takes the power from a mounted file system: from then on nothing reaches the disk, the journal's open transaction included.
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../../../harness/errors.ts";
import { CommandError, type RunCommand } from "./command.ts";

/**
 * `FS_IOC_SHUTDOWN` = _IOR('X', 125, u32) on the machines that Node runs on, with EXT4_GOING_FLAGS_NOLOGFLUSH = 2 (xfs means the
 * same by it): without writing the log first. Node has no ioctl, so a tool that has one does it.
 */
const perl = `open(my $folder, "<", $ARGV[0]) or die "$!\\n"; my $flag = pack("L", 2); defined(ioctl($folder, 0x8004587D, $flag)) or die "$!\\n";`;

const ways: readonly ((mountPoint: string) => readonly string[])[] = [
  (mountPoint) => ["perl", "-e", perl, mountPoint],
  (mountPoint) => ["xfs_io", "-x", "-c", "shutdown", mountPoint],
];

/** Tries every way until one has had its effect, which is looked at. @throws EnvironmentError if none has */
export async function shutDown(mountPoint: string, run: RunCommand): Promise<void> {
  const failures: string[] = [];
  for (const way of ways) {
    try {
      await run(way(mountPoint));
      if (!hasPower(mountPoint)) return;
      failures.push(`${way(mountPoint)[0] ?? ""}: had no effect`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failures.push(error.message);
    }
  }
  throw new EnvironmentError(
    `the file system on ${mountPoint} cannot be shut down (${failures.join("; ")})`,
    "install perl or xfsprogs, and use ext4 or xfs as root",
  );
}

/** Looks by making and removing a name: without power that is an input/output error. */
export function hasPower(mountPoint: string): boolean {
  const path = join(mountPoint, ".faultline-power");
  try {
    closeSync(openSync(path, "w"));
    rmSync(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EIO") return false;
    // Full is not dead.
    if (code === "ENOSPC") return true;
    throw error;
  }
}
