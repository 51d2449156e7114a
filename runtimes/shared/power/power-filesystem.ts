// A file system of a node's own, on a loop device over an image file: its power can be cut, and what was not fsynced is really gone. Linux, root.
import { closeSync, ftruncateSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { isAbsolute } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert, EnvironmentError } from "../../../harness/errors.ts";
import type { UndoJournal, UndoNote } from "../undo/index.ts";
import { CommandError, runCommand, type RunCommand } from "./command.ts";
import { contentOf, lossBetween } from "./content.ts";
import { holdersOf } from "./holders.ts";
import { removePowerFilesystem } from "./power-healer.ts";
import { removeTraces, resolvedPlace, type PowerPlace } from "./power-traces.ts";
import { hasPower, shutDown } from "./shutdown.ts";

export interface PowerFilesystemOptions {
  /** Absolute path of the image file; it must not exist yet, its folder must. */
  readonly image: string;
  /** Absolute path of the folder to mount on; it must not exist yet, its parent must. */
  readonly mountPoint: string;
  /** Size of the file system: ext4 from 8 MiB, xfs from 300 MiB on (the image is sparse). A small one is how a disk really gets full. */
  readonly sizeBytes: number;
  readonly kind: "ext4" | "xfs";
  readonly undo: UndoJournal;
  /** How tools are run; default: `runCommand`. */
  readonly run?: RunCommand;
  /** How long `remount` waits for those who still use the disk; default 5 s. */
  readonly busyLimitMs?: number;
}

/** Without power: every write and fsync fails. unmounted: between two mounts. */
type State = "mounted" | "without-power" | "unmounted" | "removed";

const busyLimitMs = 5_000;
const retryMs = 20;
const mountOptions = "noatime,nodev,nosuid";
const makers = {
  ext4: ["mkfs.ext4", "-q", "-F", "-O", "has_journal", "-m", "0"],
  xfs: ["mkfs.xfs", "-q"],
} as const;

export class PowerFilesystem {
  /** As the kernel names it: links in its folders are resolved. */
  readonly mountPoint: string;
  readonly #place: PowerPlace;
  readonly #kind: "ext4" | "xfs";
  readonly #note: UndoNote;
  readonly #run: RunCommand;
  readonly #busyLimitMs: number;
  #device = "";
  #state: State = "unmounted";

  private constructor(place: PowerPlace, note: UndoNote, options: PowerFilesystemOptions) {
    this.mountPoint = place.mountPoint;
    this.#place = place;
    this.#kind = options.kind;
    this.#note = note;
    this.#run = options.run ?? runCommand;
    this.#busyLimitMs = options.busyLimitMs ?? busyLimitMs;
  }

  /**
   * Makes and mounts an empty file system, about 0.03 s. Its undo is noted before the first step; a failure leaves nothing.
   * @throws EnvironmentError if this machine cannot do it
   */
  static async create(options: PowerFilesystemOptions): Promise<PowerFilesystem> {
    if (process.platform !== "linux") throw new EnvironmentError("power cuts by file system exist on Linux only", "use --power-cut layer");
    const place = newPlace(options);
    const note = options.undo.before(removePowerFilesystem(place));
    const filesystem = new PowerFilesystem(place, note, options);
    try {
      await filesystem.#make(options.sizeBytes);
      return filesystem;
    } catch (error) {
      // What cannot be removed now stays noted for the sweep; the first error says more.
      await filesystem.remove().catch(() => undefined);
      throw error;
    }
  }

  /**
   * The power is gone when this resolves: what was not fsynced never reaches the disk, and every write and fsync of a process that still
   * runs fails with EIO. @throws EnvironmentError
   */
  async cut(): Promise<void> {
    assert(this.#state === "mounted", `the power of a file system that is ${this.#state} is cut`);
    await shutDown(this.mountPoint, this.#run);
    this.#state = "without-power";
  }

  /**
   * The power is back: mounts it anew, which replays the journal. All processes with open files on it must be dead.
   * @throws EnvironmentError naming those that are not, after some seconds
   */
  async remount(): Promise<void> {
    assert(this.#state !== "removed", "a removed file system is mounted");
    const endMs = performance.now() + this.#busyLimitMs;
    for (;;) {
      if (this.#state !== "unmounted") await this.#unmount(endMs);
      await this.#mount();
      if (hasPower(this.mountPoint)) return;
      // Somebody in a mount namespace of its own, e.g. a container that is just being made, keeps the old one alive: we were given that again.
      if (performance.now() > endMs) throw this.#inUse();
      await delay(retryMs);
    }
  }

  /**
   * A power cut for a node whose process is dead: `cut`, `remount`. Answers files and bytes that were there before and are not now, and how long the
   * disk was away.
   */
  async cutPower(): Promise<{ readonly detail: Readonly<Record<string, number>> }> {
    const before = contentOf(this.mountPoint);
    const beginMs = performance.now();
    await this.cut();
    await this.remount();
    const awayMs = Math.round(performance.now() - beginMs);
    return { detail: { ...lossBetween(before, contentOf(this.mountPoint)), awayMs } };
  }

  /** Nothing is left, also if processes still hold it. Idempotent. @throws Error if the image stays in use: then its undo stays noted */
  async remove(): Promise<void> {
    if (this.#state === "removed") return;
    await removeTraces(this.#place, this.#run);
    this.#state = "removed";
    this.#note.done();
  }

  async #make(sizeBytes: number): Promise<void> {
    const { image, mountPoint } = this.#place;
    const descriptor = openSync(image, "wx", 0o600);
    try {
      ftruncateSync(descriptor, sizeBytes);
    } finally {
      closeSync(descriptor);
    }
    mkdirSync(mountPoint, { mode: 0o700 });
    await this.#run([...makers[this.#kind], image]);
    this.#device = (await this.#run(["losetup", "--find", "--show", image])).trim();
    await this.#mount();
  }

  async #mount(): Promise<void> {
    await this.#run(["mount", "-t", this.#kind, "-o", mountOptions, this.#device, this.mountPoint]);
    this.#state = "mounted";
  }

  /** Never lazy: what is mounted next must be what the disk holds, not what memory still knows. */
  async #unmount(endMs: number): Promise<void> {
    for (;;) {
      try {
        await this.#run(["umount", this.mountPoint]);
        this.#state = "unmounted";
        return;
      } catch (error) {
        if (!(error instanceof CommandError) || !error.said.includes("busy")) throw error;
        if (performance.now() > endMs) throw this.#inUse(error);
      }
      await delay(retryMs);
    }
  }

  #inUse(cause?: unknown): EnvironmentError {
    return new EnvironmentError(`${this.mountPoint} is in use by ${holdersOf(this.mountPoint, this.#device)}`, "end these processes first", { cause });
  }
}

function newPlace({ image, mountPoint }: PowerFilesystemOptions): PowerPlace {
  assert(isAbsolute(image) && isAbsolute(mountPoint), "image and mount point are absolute paths");
  const place = resolvedPlace({ image, mountPoint });
  for (const path of [place.image, place.mountPoint]) {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw new EnvironmentError(`${path} is there already`, "give every node a place of its own");
  }
  return place;
}
