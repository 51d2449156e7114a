// Where things are in a node's disk directory. For the disk layer, on the node's side and on the harness's.
//
//   data/…            the files, under the names that the node gives them
//   image/journal     what is known of their durability; missing: everything is durable
//   image/inodes/N    every file once more, by number: it stays when its name goes, until that is durable
//   image/none        there is no image: a file system below takes care of power cuts
//   image/unkept      without an image: a lying disk has answered, and not yet kept its word
import { join } from "node:path";

export interface DiskLayout {
  readonly data: string;
  readonly image: string;
  readonly journal: string;
  readonly inodes: string;
  readonly none: string;
  readonly unkept: string;
}

export function layoutOf(directory: string): DiskLayout {
  const image = join(directory, "image");
  return {
    data: join(directory, "data"),
    image,
    journal: join(image, "journal"),
    inodes: join(image, "inodes"),
    none: join(image, "none"),
    unkept: join(image, "unkept"),
  };
}

export function inodePath(layout: DiskLayout, id: number): string {
  return join(layout.inodes, String(id));
}
