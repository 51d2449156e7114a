// Where the entry of node processes lies, for those who start them. For machines.
import { fileURLToPath } from "node:url";

/** Path of the file to run with one argument, a bootstrap file. The compiled package has a `.js` of the same name. */
export function nodeHostFile(): string {
  const entry = new URL("./node-host.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) entry.pathname = entry.pathname.replace(/\.ts$/, ".js");
  return fileURLToPath(entry);
}
