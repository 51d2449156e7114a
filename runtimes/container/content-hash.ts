// The hash of what goes into an image: equal contents, equal name, so that nothing is built twice.
import { createHash } from "node:crypto";
import { tarOf, type TarEntry } from "./tar.ts";

/** SHA-256, hexadecimal, over the archive itself: names, modes and contents in the order given. Reads every file. */
export async function hashOf(entries: Iterable<TarEntry>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of tarOf(entries)) hash.update(piece);
  return hash.digest("hex");
}
