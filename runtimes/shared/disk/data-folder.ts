// The folder with a node's files, under their own names; nothing in it is followed out of it. For node disks and power cuts.
import { join } from "node:path";
import { ancestryOf, directoryOf } from "./disk-path.ts";
import { closeQuietly, openFlags, type SystemCalls } from "./system-calls.ts";

export class DataFolder {
  readonly #calls: SystemCalls;
  readonly #root: string;
  /** Known to be folders, not links to one. */
  readonly #folders = new Set<string>([""]);

  /** @param root exists */
  constructor(calls: SystemCalls, root: string) {
    this.#calls = calls;
    this.#root = root;
  }

  /** All files, sorted by path: regular ones only. O(entries). */
  files(): readonly string[] {
    return this.#filesBelow("").toSorted();
  }

  /** A new empty file; its folders are made. @throws if there is one */
  create(path: string): number {
    return this.#calls.openSync(this.#placeFor(path), openFlags.created);
  }

  open(path: string): number {
    return this.#calls.openSync(this.#placeOf(path), openFlags.existing);
  }

  /** A further name for a file that has one elsewhere. */
  link(source: string, path: string): void {
    this.#calls.linkSync(source, this.#placeFor(path));
  }

  /** A further name elsewhere for a file of this folder. */
  linkOut(path: string, target: string): void {
    this.#calls.linkSync(this.#placeOf(path), target);
  }

  rename(from: string, to: string): void {
    this.#calls.renameSync(this.#placeOf(from), this.#placeFor(to));
  }

  remove(path: string): void {
    this.#calls.unlinkSync(this.#placeOf(path));
  }

  /** Numbers of the file system: the same for all names of a file. Undefined: no such file. */
  identityOf(path: string): string | undefined {
    const directory = directoryOf(path);
    return this.#foldersOn(directory).at(-1) === directory ? identityAt(this.#calls, join(this.#root, path)) : undefined;
  }

  /** One directory and those above it, so that what is in it is found again; those that are missing have nothing to sync. */
  sync(directory: string, done: (error: unknown) => void): void {
    const places = this.#foldersOn(directory).map((each) => join(this.#root, each));
    this.#syncNext(places.toReversed(), done);
  }

  /** Every file and directory, at once. */
  syncAllNow(paths: Iterable<string>): void {
    const directories = new Set<string>();
    for (const path of paths) {
      for (const directory of ancestryOf(directoryOf(path))) directories.add(directory);
      syncNow(this.#calls, this.#placeOf(path), openFlags.existing);
    }
    for (const directory of directories) syncNow(this.#calls, join(this.#root, directory), openFlags.directory);
  }

  #filesBelow(directory: string): readonly string[] {
    const entries = this.#calls.readdirSync(join(this.#root, directory), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) return this.#filesBelow(path);
      return entry.isFile() ? [path] : [];
    });
  }

  /** @throws ENOTDIR for a path through a link */
  #placeOf(path: string): string {
    for (const directory of ancestryOf(directoryOf(path))) {
      if (!this.#isFolder(directory)) throw noFolder(directory);
    }
    return join(this.#root, path);
  }

  #placeFor(path: string): string {
    for (const directory of ancestryOf(directoryOf(path))) {
      if (this.#isFolder(directory)) continue;
      const place = join(this.#root, directory);
      // One by one: behind a link in place of a folder nothing is made.
      if (this.#calls.lstatSync(place, { throwIfNoEntry: false }) !== undefined) throw noFolder(directory);
      this.#calls.mkdirSync(place);
    }
    return this.#placeOf(path);
  }

  /** Those of a directory and what is above it that are folders, from the outermost. */
  #foldersOn(directory: string): readonly string[] {
    const ancestry = ancestryOf(directory);
    const end = ancestry.findIndex((each) => !this.#isFolder(each));
    return end < 0 ? ancestry : ancestry.slice(0, end);
  }

  #isFolder(directory: string): boolean {
    if (this.#folders.has(directory)) return true;
    const isFolder = this.#calls.lstatSync(join(this.#root, directory), { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder) this.#folders.add(directory);
    return isFolder;
  }

  #syncNext(places: readonly string[], done: (error: unknown) => void): void {
    const [place, ...rest] = places;
    if (place === undefined) return done(null);
    let fd: number;
    try {
      fd = this.#calls.openSync(place, openFlags.directory);
    } catch (error) {
      setImmediate(() => done(error));
      return;
    }
    this.#calls.fsync(fd, (error) => {
      closeQuietly(this.#calls, fd);
      if (error !== null) done(error);
      else this.#syncNext(rest, done);
    });
  }
}

/** Made if missing. @throws Error for a link in its place */
export function makeFolder(calls: SystemCalls, place: string): void {
  calls.mkdirSync(place, { recursive: true });
  if (calls.lstatSync(place).isDirectory()) return;
  throw new Error(`${place} is a link: what it leads to is not this disk`);
}

export function identityAt(calls: SystemCalls, place: string): string | undefined {
  const found = calls.lstatSync(place, { throwIfNoEntry: false });
  return found?.isFile() === true ? `${found.dev}:${found.ino}` : undefined;
}

function syncNow(calls: SystemCalls, place: string, flags: number): void {
  const fd = calls.openSync(place, flags);
  try {
    calls.fsyncSync(fd);
  } finally {
    calls.closeSync(fd);
  }
}

/** As the operating system says it. */
function noFolder(directory: string): Error {
  return Object.assign(new Error(`${directory} is no folder`), { code: "ENOTDIR" });
}
