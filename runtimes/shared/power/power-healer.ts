// Removes the file systems of a killed harness. For replay and sweep of undo logs.
import { realpathSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import type { JsonObject } from "../../../harness/json.ts";
import type { Healer, Healing, UndoAction } from "../undo/index.ts";
import { runCommand, type RunCommand } from "./command.ts";
import { removeTraces, resolvedPlace, type PowerPlace } from "./power-traces.ts";

const kind = "remove-power-filesystem";

/** Undoes all of a `PowerFilesystem`, however far it came: noted once, before its first step. */
export function removePowerFilesystem({ image, mountPoint }: PowerPlace): UndoAction {
  return { kind, data: { image, mountPoint } };
}

/** Undoes `removePowerFilesystem` below this root; whatever is elsewhere is refused, also by a link in between. Never waits longer than some seconds. */
export function powerHealer(root: string, run: RunCommand = runCommand): Healer {
  return {
    kind,
    async heal(data: JsonObject): Promise<Healing> {
      const place = placeOf(data);
      if (place === undefined) return { outcome: "refused", reason: "names no image and mount point" };
      try {
        const resolved = resolvedPlace(place);
        const realRoot = realpathSync(root);
        if (!isInside(realRoot, resolved.image) || !isInside(realRoot, resolved.mountPoint)) return { outcome: "refused", reason: "outside its root" };
        return { outcome: (await removeTraces(resolved, run)) ? "healed" : "needless" };
      } catch (error) {
        return isGone(error) ? { outcome: "needless" } : { outcome: "failed", reason: String(error) };
      }
    },
  };
}

function placeOf({ image, mountPoint }: JsonObject): PowerPlace | undefined {
  return isPath(image) && isPath(mountPoint) ? { image, mountPoint } : undefined;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && isAbsolute(value) && !value.includes("\0") && !value.split(sep).includes("..");
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way.split(sep)[0] !== ".." && !isAbsolute(way);
}

/** Its folder is gone, and a mounted folder cannot go. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
