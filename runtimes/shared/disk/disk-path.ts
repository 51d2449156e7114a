// Names of files as nodes give them: relative, inside the node's own namespace, the same in every runtime. For the disk layer.

/** Inside the node's own namespace. @throws RangeError for a path that leaves it, is no path, or cannot be a file name */
export function checkedPath(path: string): string {
  const isProper = path !== "" && path.split("/").every((name) => name !== "" && name !== "." && name !== "..") && !path.includes("\0");
  if (!isProper || !path.isWellFormed()) throw new RangeError(`${JSON.stringify(path)} is no path below the node's own directory`);
  return path;
}

/** "" is the root. @throws RangeError as `checkedPath` does */
export function checkedDirectory(directory: string): string {
  return directory === "" ? "" : checkedPath(directory);
}

/** Of `a/b/c`: `a/b`; of `c`: the root, "". */
export function directoryOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "" : path.slice(0, end);
}

/** Of `a/b/c`: the root, `a`, `a/b` and `a/b/c`; from the outermost. */
export function ancestryOf(directory: string): readonly string[] {
  const found = [""];
  for (let end = directory.indexOf("/"); end >= 0; end = directory.indexOf("/", end + 1)) found.push(directory.slice(0, end));
  if (directory !== "") found.push(directory);
  return found;
}
