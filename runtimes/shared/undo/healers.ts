// Healers: who carries out what an undo log says. Each looks at the data of its kind as at something found in the street.
import { lstatSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { JsonObject } from "../../../harness/json.ts";
import { codeOf, signalProcess, statOf } from "./process-identity.ts";
import { decodeProcess } from "./undo-entry.ts";

/** healed: it was broken and is whole, verified. needless: nothing was broken any more. refused: unsafe or senseless, never done. failed: tried in vain. */
export type Healing = { readonly outcome: "healed" | "needless" } | { readonly outcome: "refused" | "failed"; readonly reason: string };

/** Undoes one kind of act; must be safe to call twice, and for acts that never happened. */
export interface Healer {
  readonly kind: string;
  heal(data: JsonObject): Healing | Promise<Healing>;
}

/** Continues the process of `resumeProcess` if it is still that process and still stopped. */
export const resumeHealer: Healer = {
  kind: "resume-process",
  heal(data: JsonObject): Healing {
    const identity = decodeProcess(data["process"]);
    if (identity === undefined) return { outcome: "refused", reason: "names no process" };
    if (statOf(identity)?.state !== "T") return { outcome: "needless" };
    try {
      signalProcess(identity, "SIGCONT");
    } catch (error) {
      return { outcome: "failed", reason: `SIGCONT: ${codeOf(error) ?? String(error)}` };
    }
    return statOf(identity)?.state === "T" ? { outcome: "failed", reason: "still stopped after SIGCONT" } : { outcome: "healed" };
  },
};

/**
 * Removes files and trees of `removePath` below this root. Refused: absolute paths, the root itself, whatever leaves it by
 * `..` or by a link in between. A link at the end of the path is itself removed, never what it points to.
 */
export function removeHealer(root: string): Healer {
  return {
    kind: "remove-path",
    heal(data: JsonObject): Healing {
      const path = data["path"];
      if (typeof path !== "string" || path === "" || path.includes("\0") || isAbsolute(path)) return { outcome: "refused", reason: "no relative path" };
      try {
        return removeBelow(realpathSync(root), path);
      } catch (error) {
        return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? { outcome: "needless" } : { outcome: "failed", reason: String(error) };
      }
    },
  };
}

function removeBelow(root: string, path: string): Healing {
  const wanted = resolve(root, path);
  if (!isInside(root, wanted)) return { outcome: "refused", reason: "outside its root" };
  const parent = realpathSync(dirname(wanted));
  if (parent !== root && !isInside(root, parent)) return { outcome: "refused", reason: "outside its root, by a link" };
  const real = join(parent, basename(wanted));
  lstatSync(real);
  rmSync(real, { recursive: true });
  return { outcome: "healed" };
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
