// A node's files in real time: real files, an image of what of them is durable, and what power cuts, bit rot and wipes do to them.
export { RealDisk } from "./real-disk.ts";
export type { RealDiskOptions } from "./real-disk.ts";
export { cutPower, settleSwitches } from "./power-cut.ts";
export { rotBits } from "./bit-rot.ts";
export { usedBytes, wipeDisk } from "./wipe.ts";
