// The image below a node's image, made from this machine's own Node and its libraries: no registry, the very Node that runs the harness.
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EnvironmentError } from "../../harness/errors.ts";
import { CommandError, runCommand } from "../shared/power/index.ts";
import { hashOf } from "./content-hash.ts";
import type { Engine } from "./engine.ts";
import { kindLabel } from "./labels.ts";
import { removeOldImages } from "./old-images.ts";
import type { TarEntry } from "./tar.ts";

/** The reference of the base image; made in about a second if the engine does not have it. @throws EnvironmentError */
export async function localBaseImage(engine: Engine): Promise<string> {
  const entries = await localBaseEntries();
  const reference = `faultline-base:${(await hashOf(entries)).slice(0, 16)}`;
  if (await engine.hasImage(reference)) return reference;
  await engine.importImage(reference, entries, ["ENV PATH=/usr/local/bin:/usr/bin:/bin", `LABEL ${kindLabel}=base-image`]);
  await removeOldImages(engine, "base-image");
  return reference;
}

/** What the base image holds: Node, every library it loads, and what name look-ups of the C library need. @throws EnvironmentError */
export async function localBaseEntries(node: string = process.execPath): Promise<readonly TarEntry[]> {
  if (process.platform !== "linux") throw new EnvironmentError("Only a Linux machine can make a base image of its own Node.", "Containers need Linux here.");
  const libraries = librariesIn(await lddOf(node));
  const files = [{ path: "/usr/local/bin/node", source: node }, ...[...libraries, ...nameServiceLibraries(libraries)].map((path) => ({ path, source: path }))];
  return [...foldersOf(files.map(({ path }) => path)), { kind: "folder", path: "tmp", mode: 0o1777 }, ...files.map(fileEntry), ...etc];
}

const etc: readonly TarEntry[] = [
  { kind: "folder", path: "etc", mode: 0o755 },
  { kind: "text", path: "etc/nsswitch.conf", mode: 0o644, text: "passwd: files\ngroup: files\nhosts: files dns\n" },
  { kind: "text", path: "etc/passwd", mode: 0o644, text: "root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n" },
  { kind: "text", path: "etc/group", mode: 0o644, text: "root:x:0:\nnogroup:x:65534:\n" },
];

/**
 * The absolute paths in what `ldd` prints, sorted; a program without libraries has none.
 * @throws EnvironmentError when one was not found
 */
export function librariesIn(lddOutput: string): readonly string[] {
  const missing = /^\s*(\S+) => not found/m.exec(lddOutput);
  if (missing !== null)
    throw new EnvironmentError(`Node's library ${missing[1]} is not found.`, "Give the engine an image node:24-slim, which is used instead.");
  const paths = [...lddOutput.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)/gm)].flatMap((match) => match[1] ?? []);
  return [...new Set(paths)].toSorted();
}

/** Loaded by name when somebody looks up a host, so that `ldd` does not see them. Built into the C library since glibc 2.34. */
function nameServiceLibraries(libraries: readonly string[]): readonly string[] {
  const libc = libraries.find((path) => basename(path) === "libc.so.6");
  if (libc === undefined) return [];
  const paths = ["libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"].map((name) => join(dirname(libc), name));
  return paths.filter((path) => existsSync(path) && !libraries.includes(path));
}

/** Every folder above these absolute paths, parents first. */
function foldersOf(paths: readonly string[]): readonly TarEntry[] {
  const folders = new Set<string>();
  for (const path of paths) for (let folder = dirname(path); folder !== "/"; folder = dirname(folder)) folders.add(folder);
  return [...folders].toSorted().map((folder) => ({ kind: "folder", path: folder.slice(1), mode: 0o755 }));
}

function fileEntry({ path, source }: { readonly path: string; readonly source: string }): TarEntry {
  const real = realpathSync(source);
  return { kind: "file", path: path.slice(1), mode: 0o755, source: real, sizeBytes: statSync(real).size };
}

async function lddOf(program: string): Promise<string> {
  try {
    return await runCommand(["ldd", program]);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    if (/not a dynamic executable|statically linked/.test(cause.said)) return "";
    throw new EnvironmentError(
      `The libraries of ${program} cannot be listed: ${cause.said}.`,
      "Give the engine an image node:24-slim, which is used instead.",
      { cause },
    );
  }
}
