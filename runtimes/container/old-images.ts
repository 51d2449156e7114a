// Every change of a system makes another image of nodes; the engine's disk is not ours to fill with the old ones.
import { unlessStatus, type Engine } from "./engine.ts";
import { kindLabel } from "./labels.ts";

/** So many stay, the newest. */
const keptCount = 5;
/** A run that is just beginning has found its image and not used it yet. */
const leastAgeSeconds = 3_600;

/** Removes images of this kind but for the newest, and but for those in use. What cannot be removed stays. */
export async function removeOldImages(engine: Engine, kind: "base-image" | "node-image"): Promise<void> {
  const images = await engine.docker.listImages({ filters: { label: [`${kindLabel}=${kind}`] } });
  for (const { Id: id } of oldOnes(images, Date.now() / 1000)) await unlessStatus(engine.docker.getImage(id).remove(), [404, 409]);
}

/** @param nowSeconds since the epoch, as `Created` is */
export function oldOnes<T extends { readonly Created: number }>(images: readonly T[], nowSeconds: number): readonly T[] {
  return images
    .toSorted((a, b) => b.Created - a.Created)
    .slice(keptCount)
    .filter(({ Created: created }) => nowSeconds - created > leastAgeSeconds);
}
