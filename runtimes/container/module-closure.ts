// All files that a few modules need to run: what they import from here, whole packages, and the package.json files that say how to read them.
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { builtinModules, createRequire, findPackageJSON } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { memberAt, namesAt } from "./document.ts";
import { specifiersIn } from "./import-scan.ts";

export interface ModuleClosure {
  /** The folder above all of it: a file keeps its place below that one. */
  readonly root: string;
  /** Absolute, real paths of files, sorted. */
  readonly files: readonly string[];
  /** Links that packages are reached by (a workspace, a linked package): absolute path of the link, real path of its folder; sorted by link. */
  readonly links: readonly PackageLink[];
}

export interface PackageLink {
  readonly path: string;
  readonly target: string;
}

/**
 * What these modules (`file:` URLs) need. Relative imports are followed file by file; a package from `node_modules` comes whole, with the packages that
 * its package.json names; a package that lies elsewhere (linked, the one that a module itself belongs to, or Faultline) is followed file by file.
 * @throws the system's error when one of the modules cannot be read
 */
export function moduleClosure(modules: readonly string[]): ModuleClosure {
  const walk = new ClosureWalk();
  for (const module of modules) walk.addModule(realpathSync(fileURLToPath(module)));
  return walk.closure();
}

const sourceFile = /\.[cm]?[jt]s$/;
const builtins = new Set(builtinModules);

class ClosureWalk {
  readonly #files = new Set<string>();
  readonly #links = new Map<string, string>();
  readonly #packages = new Set<string>();

  addModule(first: string): void {
    const waiting = [first];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (this.#files.has(file)) continue;
      this.#files.add(file);
      this.#addDescription(dirname(file));
      if (sourceFile.test(file)) for (const specifier of specifiersIn(readFileSync(file, "utf8"))) waiting.push(...this.#filesOf(specifier, file));
    }
  }

  closure(): ModuleClosure {
    const links = [...this.#links].map(([path, target]) => ({ path, target })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const files = [...this.#files].toSorted();
    return { root: folderAbove([...files, ...links.map(({ path }) => path)]), files, links };
  }

  /** Files to follow; a package from `node_modules` is added at once and needs no following. */
  #filesOf(specifier: string, importer: string): readonly string[] {
    if (specifier.startsWith("node:") || builtins.has(specifier)) return [];
    if (specifier.startsWith("file:")) return existing(fileURLToPath(specifier));
    if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..")
      return existing(join(specifier.startsWith("/") ? "" : dirname(importer), specifier));
    if (specifier.startsWith("#")) return resolved(specifier, importer);
    const name = packageNameOf(specifier);
    return this.#addPackage(name, importer) ? [] : resolved(specifier, importer);
  }

  /** False when it has to be followed file by file (or is not there at all: then whoever imports it will say so). */
  #addPackage(name: string, importer: string): boolean {
    const description = descriptionOf(name, importer);
    if (description === undefined) return false;
    const folder = dirname(description);
    const real = realpathSync(folder);
    if (real !== folder) this.#links.set(folder, real);
    if (!real.includes(`${sep}node_modules${sep}`) || real === ownFolder()) return false;
    if (this.#packages.has(real)) return true;
    this.#packages.add(real);
    for (const file of filesBelow(real)) this.#files.add(file);
    for (const dependency of dependenciesIn(join(real, "package.json"))) this.#addPackage(dependency, join(real, "package.json"));
    return true;
  }

  /** The nearest package.json says how Node reads the files below it. */
  #addDescription(from: string): void {
    for (let folder = from; ; folder = dirname(folder)) {
      const path = join(folder, "package.json");
      if (this.#files.has(path)) return;
      if (existsSync(path)) return void this.#files.add(path);
      if (folder === dirname(folder)) return;
    }
  }
}

/** Installed where Node would look for it. A module's own package does not count: see `resolved`. */
function descriptionOf(name: string, importer: string): string | undefined {
  try {
    const found = findPackageJSON(name, pathToFileURL(importer));
    return found !== undefined && packageFolderName(found) === name ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Faultline itself is followed file by file wherever it is installed: its nodes need neither its command line nor what that needs. */
function ownFolder(): string | undefined {
  const description = findPackageJSON(import.meta.url);
  return description === undefined ? undefined : realpathSync(dirname(description));
}

/** The last one or two parts of the folder, as a package would be named by it. */
function packageFolderName(description: string): string {
  const folder = dirname(description);
  const parent = dirname(folder);
  const [last, scope] = [folder.slice(parent.length + 1), parent.slice(dirname(parent).length + 1)];
  return scope.startsWith("@") ? `${scope}/${last}` : last;
}

function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** By the `exports` and `imports` of its package, as Node resolves it. */
function resolved(specifier: string, importer: string): readonly string[] {
  try {
    return [realpathSync(createRequire(importer).resolve(specifier))];
  } catch {
    return [];
  }
}

function existing(path: string): readonly string[] {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? [realpathSync(path)] : [];
}

function dependenciesIn(description: string): readonly string[] {
  const value: unknown = JSON.parse(readFileSync(description, "utf8"));
  const peers = namesAt(value, "peerDependencies").filter((name) => memberAt(value, "peerDependenciesMeta", name, "optional") !== true);
  return [...namesAt(value, "dependencies"), ...namesAt(value, "optionalDependencies"), ...peers];
}

/** All files of a package, those of packages inside it too; what is no file and no folder is left out. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function folderAbove(paths: readonly string[]): string {
  const folders = paths.map((path) => dirname(path).split(sep));
  const [first = [""]] = folders;
  const differs = first.findIndex((part, index) => folders.some((folder) => folder[index] !== part));
  return (differs === -1 ? first : first.slice(0, differs)).join(sep) || sep;
}
