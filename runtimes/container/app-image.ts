// The image of nodes and of their proxy: a base with Node and the closure of modules that they need. Built once for a content, then found by its name.
import { realpathSync, statSync } from "node:fs";
import { posix, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EnvironmentError } from "../../harness/errors.ts";
import { localBaseImage } from "./base-image.ts";
import { hashOf } from "./content-hash.ts";
import type { Engine } from "./engine.ts";
import { kindLabel } from "./labels.ts";
import { removeOldImages } from "./old-images.ts";
import { moduleClosure, type ModuleClosure } from "./module-closure.ts";
import type { TarEntry } from "./tar.ts";
import { compileCacheFolder, warmUp } from "./warm-up.ts";

/** Nothing is run while it is built, so that it builds on a base without a shell. */
export const dockerfile: string = `ARG BASE_IMAGE=node:24-slim
FROM \${BASE_IMAGE}
LABEL ${kindLabel}=node-image
WORKDIR /app
COPY app /app
ENV NODE_COMPILE_CACHE=${compileCacheFolder}
`;

export const publishedBaseImage = "node:24-slim";
const folderInside = "/app";

export interface AppImage {
  readonly reference: string;
  /** Path of one of the modules (a `file:` URL on this machine) in the image. @throws Error for a module that is not in it */
  pathOf(module: string): string;
}

export interface ImageContent {
  /** Programs that run in it, and end at once without arguments and input (`file:` URLs). */
  readonly programs: readonly string[];
  /** The module of the plan. */
  readonly module: string;
}

/** The image with these modules and all they need; from the engine's store when it has been built before. @throws EnvironmentError */
export async function appImage(engine: Engine, { programs, module }: ImageContent): Promise<AppImage> {
  const closure = moduleClosure([...programs, module]);
  const base = await baseImage(engine);
  const entries = contextOf(closure);
  const identity: TarEntry = { kind: "text", path: "identity", mode: 0, text: JSON.stringify([base, module, process.getuid?.()]) };
  const image: AppImage = {
    reference: `faultline-node:${(await hashOf([identity, ...entries])).slice(0, 16)}`,
    pathOf: (each) => pathInside(closure, each),
  };
  if (!(await engine.hasImage(image.reference))) await build(engine, { image, entries, base, content: { programs, module } });
  return image;
}

/** The archive that the engine builds from. */
export function contextOf(closure: ModuleClosure): readonly TarEntry[] {
  const files = closure.files.map((path): TarEntry => ({
    kind: "file",
    path: inContext(closure, path),
    mode: 0o644,
    source: path,
    sizeBytes: statSync(path).size,
  }));
  const links = closure.links.map(({ path, target }): TarEntry => ({
    kind: "link",
    path: inContext(closure, path),
    target: posix.relative(posix.dirname(inContext(closure, path)), inContext(closure, target)),
  }));
  // Whoever runs the harness warms it up.
  const cache: TarEntry = { kind: "folder", path: compileCacheFolder.slice(1), mode: 0o777 };
  return [{ kind: "text", path: "Dockerfile", mode: 0o644, text: dockerfile }, cache, ...files, ...links];
}

/** A module's URL as it is in the image. @throws Error for a module that is not in it */
export function urlInside(image: AppImage, module: string): string {
  return pathToFileURL(image.pathOf(module)).href;
}

/** This machine's own Node, so that nodes run the very one that the harness runs; where that cannot be packed, the published image. */
async function baseImage(engine: Engine): Promise<string> {
  try {
    return await localBaseImage(engine);
  } catch (cause) {
    if (!(cause instanceof EnvironmentError)) throw cause;
    if (!(await engine.hasImage(publishedBaseImage))) await pulled(engine, cause);
    return publishedBaseImage;
  }
}

async function pulled(engine: Engine, whyNotLocal: EnvironmentError): Promise<void> {
  try {
    await engine.pullImage(publishedBaseImage);
  } catch (cause) {
    throw new EnvironmentError(
      `No base image: ${whyNotLocal.message} And ${publishedBaseImage} cannot be pulled.`,
      `Pull it by hand: docker pull ${publishedBaseImage}`,
      { cause },
    );
  }
}

interface Recipe {
  readonly image: AppImage;
  readonly entries: readonly TarEntry[];
  readonly base: string;
  readonly content: ImageContent;
}

async function build(engine: Engine, { image, entries, base, content }: Recipe): Promise<void> {
  const { reference } = image;
  try {
    await engine.buildImage(reference, entries, { arguments: { BASE_IMAGE: base } });
    await warmUp(engine, { reference, module: image.pathOf(content.module), programs: content.programs.map((program) => image.pathOf(program)) });
    await removeOldImages(engine, "node-image");
  } catch (cause) {
    throw new EnvironmentError(
      `The image of the nodes cannot be built: ${cause instanceof Error ? cause.message : String(cause)}`,
      "See whether the engine has room.",
      {
        cause,
      },
    );
  }
}

function inContext(closure: ModuleClosure, path: string): string {
  return posix.join("app", relative(closure.root, path).split(sep).join("/"));
}

function pathInside(closure: ModuleClosure, module: string): string {
  const path = realpathSync(fileURLToPath(module));
  if (!closure.files.includes(path)) throw new Error(`${module} is not in the image`);
  return posix.join(folderInside, relative(closure.root, path).split(sep).join("/"));
}
