// How a disk begins: with the image that its last process left, or with all files as they are. For node disks.
import { DataFolder, identityAt, makeFolder } from "./data-folder.ts";
import { DiskImage } from "./disk-image.ts";
import { inodePath, type DiskLayout } from "./disk-layout.ts";
import { ImageJournal, readImage, type ImageKeeper } from "./image-journal.ts";
import { NoImage } from "./no-image.ts";
import { openFlags, type SystemCalls } from "./system-calls.ts";

/** Files and account agree afterwards, wherever a process before was killed. @throws what the operating system says */
export function openKeeper(calls: SystemCalls, layout: DiskLayout, options: { readonly folder: DataFolder; readonly keepsImage: boolean }): ImageKeeper {
  const { folder, keepsImage } = options;
  makeFolder(calls, layout.image);
  if (!keepsImage) return openWithout(calls, layout, folder);
  // What a file system of its own was to keep is durable or not, as that decided; from here on the image says.
  calls.rmSync(layout.none, { force: true });
  calls.rmSync(layout.unkept, { force: true });
  const found = readImage(calls, layout.journal);
  const image = found ?? new DiskImage();
  if (found === undefined) adopt(calls, layout, { folder, image });
  else reconcile(calls, layout, { folder, image });
  return ImageJournal.begin(calls, layout.journal, image);
}

interface Account {
  readonly folder: DataFolder;
  readonly image: DiskImage;
}

function openWithout(calls: SystemCalls, layout: DiskLayout, folder: DataFolder): ImageKeeper {
  calls.rmSync(layout.journal, { force: true });
  calls.rmSync(layout.inodes, { force: true, recursive: true });
  calls.closeSync(calls.openSync(layout.none, openFlags.replaced));
  return new NoImage(calls, layout, folder);
}

/** Every file is durable as it is. */
function adopt(calls: SystemCalls, layout: DiskLayout, { folder, image }: Account): void {
  calls.rmSync(layout.inodes, { force: true, recursive: true });
  makeFolder(calls, layout.inodes);
  for (const [index, path] of folder.files().entries()) {
    folder.linkOut(path, inodePath(layout, index + 1));
    image.apply({ kind: "held", path, inode: index + 1 });
  }
}

/** What was announced last may not have been done: it is done now. */
function reconcile(calls: SystemCalls, layout: DiskLayout, { folder, image }: Account): void {
  for (const path of folder.files()) {
    const id = image.names.find(path);
    const identity = id === undefined ? undefined : identityAt(calls, inodePath(layout, id));
    if (id !== undefined && identity === undefined) throw new Error(`the image of what is durable has lost the file ${path}`);
    if (id === undefined || identity !== folder.identityOf(path)) folder.remove(path);
  }
  for (const [path, id] of image.names.visible) {
    const source = inodePath(layout, id);
    if (identityAt(calls, source) === undefined) calls.closeSync(calls.openSync(source, openFlags.created));
    if (folder.identityOf(path) === undefined) folder.link(source, path);
  }
  finishTruncations(calls, layout, image);
  removeForgotten(calls, layout, image);
}

function finishTruncations(calls: SystemCalls, layout: DiskLayout, image: DiskImage): void {
  for (const { id, changes } of image.inodes()) {
    const last = changes.at(-1)?.record;
    if (last?.kind !== "truncate" || identityAt(calls, inodePath(layout, id)) === undefined) continue;
    const fd = calls.openSync(inodePath(layout, id), openFlags.existing);
    try {
      calls.ftruncateSync(fd, last.length);
    } finally {
      calls.closeSync(fd);
    }
  }
}

function removeForgotten(calls: SystemCalls, layout: DiskLayout, image: DiskImage): void {
  const named = new Set(image.inodes().map((inode) => String(inode.id)));
  for (const name of calls.readdirSync(layout.inodes)) if (!named.has(name)) calls.rmSync(inodePath(layout, Number(name)), { force: true });
}
