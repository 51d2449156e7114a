// Temporary folders of runs: named so that a sweep can tell them from everything else, and removed by it. For runtimes and sweeps.
import { randomBytes } from "node:crypto";
import { lstatSync, rmSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { JsonObject } from "../../../harness/json.ts";
import type { Healer, Healing } from "./healers.ts";
import { codeOf } from "./process-identity.ts";

const nameForm = /^faultline-[0-9a-f]{16}$/;
const permissionBits = 0o777;

/** A new name. The folder is to be made with mode 0700, without its parents. */
export function runFolderName(): string {
  return `faultline-${randomBytes(8).toString("hex")}`;
}

/** Removes the folder of `removeRunFolder`, if it is one: such a name, a folder and no link, ours, and closed to all others. */
export const runFolderHealer: Healer = {
  kind: "remove-run-folder",
  heal(data: JsonObject): Healing {
    const { path } = data;
    if (typeof path !== "string" || path.includes("\0") || resolve(path) !== path || !nameForm.test(basename(path)))
      return { outcome: "refused", reason: "no folder of a run" };
    try {
      const stat = lstatSync(path);
      const isOurs = stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & permissionBits) === 0o700;
      if (!isOurs) return { outcome: "refused", reason: "not made by a run of this user" };
      rmSync(path, { recursive: true });
      return { outcome: "healed" };
    } catch (error) {
      return codeOf(error) === "ENOENT" ? { outcome: "needless" } : { outcome: "failed", reason: String(error) };
    }
  },
};
