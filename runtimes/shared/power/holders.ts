// Who still uses a mount that must go. For the error message that says so.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes with an open file, their folder or their root on the mount, or with a mount of the device in a namespace of their own; as text. */
export function holdersOf(mountPoint: string, device: string): string {
  const isOn = (path: string): boolean => path === mountPoint || path.startsWith(`${mountPoint}/`);
  const here = targetOf("/proc/self/ns/mnt");
  const isElsewhere = (pid: string): boolean =>
    !["", here].includes(targetOf(`/proc/${pid}/ns/mnt`)) && textOf(`/proc/${pid}/mountinfo`).includes(` ${device} `);
  const pids = namesIn("/proc").filter((name) => /^\d+$/.test(name));
  const holders = pids.filter((pid) => linksOf(pid).some((link) => isOn(targetOf(link))) || isElsewhere(pid));
  return holders.length === 0 ? "nobody who is in /proc" : `process ${holders.join(", ")}`;
}

function linksOf(pid: string): readonly string[] {
  return [`/proc/${pid}/cwd`, `/proc/${pid}/root`, ...namesIn(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`)];
}

/** Processes come and go while one looks. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
