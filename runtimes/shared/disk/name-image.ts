// Names of a node's files: what the process sees, what of it is durable, and what a power cut leaves. Pure; the same rules as the
// simulation's volume: a change of names is pending until a directory that it concerns is synced. For the disk image.
import type { Random } from "../../../harness/random.ts";
import { directoryOf } from "./disk-path.ts";
import type { NameRecord } from "./image-record.ts";

export class NameImage {
  readonly #visible = new Map<string, number>();
  readonly #durable = new Map<string, number>();
  #pending: NameRecord[] = [];
  /** Per directory, up to where a lying disk has answered. */
  readonly #promised = new Map<string, number>();
  #sequence = 0;

  /** Number of the newest change; a sync that starts now covers it. */
  get sequence(): number {
    return this.#sequence;
  }

  /** What the process sees: path to inode. */
  get visible(): ReadonlyMap<string, number> {
    return this.#visible;
  }

  get durable(): ReadonlyMap<string, number> {
    return this.#durable;
  }

  get pending(): readonly NameRecord[] {
    return this.#pending;
  }

  get promised(): ReadonlyMap<string, number> {
    return this.#promised;
  }

  find(path: string): number | undefined {
    return this.#visible.get(path);
  }

  /** Names directly below, sorted by code unit. O(files). */
  list(directory: string): readonly string[] {
    const prefix = directory === "" ? "" : `${directory}/`;
    const found = new Set<string>();
    for (const path of this.#visible.keys()) if (path.startsWith(prefix)) found.add(path.slice(prefix.length).split("/", 1)[0] ?? "");
    return [...found].toSorted();
  }

  /** Numbers to go on from. */
  begin(sequence: number): void {
    this.#sequence = sequence;
  }

  /** A name that is durable from the beginning. */
  hold(path: string, inode: number): void {
    this.#durable.set(path, inode);
    this.#visible.set(path, inode);
  }

  change(operation: NameRecord): void {
    this.#sequence = Math.max(this.#sequence, operation.sequence);
    this.#pending.push(operation);
    apply(this.#visible, operation);
  }

  /** Makes durable what concerns this directory, and whatever earlier change of the same names it builds on. */
  sync(directory: string, sequence: number): void {
    this.#commit((operation) => operation.sequence <= sequence && directoriesOf(operation).includes(directory));
  }

  promise(directory: string, sequence: number): void {
    this.#promised.set(directory, sequence);
  }

  keepPromises(): void {
    for (const [directory, sequence] of this.#promised) this.sync(directory, sequence);
    this.#promised.clear();
  }

  /** Everything is durable. */
  settle(): void {
    this.#commit(() => true);
  }

  /** Of each directory a random prefix of its changes survives; answers how many changes are lost. Visible is what is durable, then. */
  cut(random: Random): number {
    const survivors = new Set<NameRecord>();
    for (const directory of [...new Set(this.#pending.flatMap(directoriesOf))].toSorted()) {
      const own = this.#pending.filter((operation) => directoriesOf(operation).includes(directory));
      for (const operation of own.slice(0, random.below(own.length + 1, "surviving names"))) survivors.add(operation);
    }
    this.#commit((operation) => survivors.has(operation));
    const lostCount = this.#pending.length;
    this.#pending = [];
    this.#promised.clear();
    this.#visible.clear();
    for (const [path, inode] of this.#durable) this.#visible.set(path, inode);
    return lostCount;
  }

  /** Every file that has, had or may get a name: those whose content matters, in order of creation. */
  inodes(): readonly number[] {
    const named = this.#pending.flatMap((operation) => (operation.kind === "unlink" ? [] : [operation.inode]));
    return [...new Set([...this.#visible.values(), ...this.#durable.values(), ...named])].toSorted((a, b) => a - b);
  }

  #commit(isChosen: (operation: NameRecord) => boolean): void {
    const needed = new Set<string>();
    const chosen = new Set<NameRecord>();
    for (const operation of this.#pending.toReversed()) {
      if (!isChosen(operation) && !pathsOf(operation).some((path) => needed.has(path))) continue;
      chosen.add(operation);
      for (const path of pathsOf(operation)) needed.add(path);
    }
    for (const operation of this.#pending) if (chosen.has(operation)) apply(this.#durable, operation);
    this.#pending = this.#pending.filter((operation) => !chosen.has(operation));
  }
}

function apply(names: Map<string, number>, operation: NameRecord): void {
  if (operation.kind !== "link") names.delete(operation.path);
  if (operation.kind === "link") names.set(operation.path, operation.inode);
  if (operation.kind === "rename") names.set(operation.to, operation.inode);
}

function pathsOf(operation: NameRecord): readonly string[] {
  return operation.kind === "rename" ? [operation.path, operation.to] : [operation.path];
}

function directoriesOf(operation: NameRecord): readonly string[] {
  return pathsOf(operation).map(directoryOf);
}
