// Names in the store: ids that sort by time, and names from outside that can never leave the store. For `store.ts`.
import { hashString } from "./random.ts";

const plainName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const idPattern = /^[0-9]{8}-[0-9]{6}-[0-9]{3}(-[a-z0-9-]{1,40})?$/;

/** `20260728-133810-123-kv`: sorts by time as text. @param timeMs since the epoch @param label e.g. the system's name */
export function idAt(timeMs: number, label: string): string {
  const [date = "", time = ""] = new Date(timeMs).toISOString().split("T");
  const stamp = `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${time.slice(9, 12)}`;
  const clean = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return clean === "" ? stamp : `${stamp}-${clean}`;
}

export function isId(text: string): boolean {
  return idPattern.test(text);
}

/** True iff the text could be the beginning of an id, so that it cannot name anything outside the store. */
export function isIdPrefix(text: string): boolean {
  return /^[0-9][0-9a-z-]*$/.test(text);
}

/** The file name (without ending) for something named from outside, e.g. a node: the name itself if it is harmless, else a hash of it. */
export function fileNameFor(name: string): string {
  return plainName.test(name) && !isReserved(name)
    ? name
    : `other-${hashString(name).toString(16).padStart(8, "0")}${hashString(name, 7).toString(16).padStart(8, "0")}`;
}

/** Device names of Windows, with which no file may begin there. */
function isReserved(name: string): boolean {
  return /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i.test(name);
}
