// A disk's whole state: names, files, and which of them a power cut leaves. Knows no time. For node disks and the faults port.
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";
import { Copies } from "./content.ts";
import { Inode, type CutMode } from "./inode.ts";

/** Changes of names wait, in order, until a directory they concern is synced. */
export type NameOperation =
  | { readonly kind: "link"; readonly path: string; readonly inode: Inode }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "rename"; readonly path: string; readonly to: string; readonly inode: Inode };

/** What a power cut destroyed. */
export interface CutLoss {
  readonly lostWrites: number;
  readonly lostNames: number;
}

export class Volume {
  /** What the process sees. */
  readonly #names = new Map<string, Inode>();
  /** What is on the platter. */
  readonly #durableNames = new Map<string, Inode>();
  #pending: NameOperation[] = [];
  /** Per directory, the changes whose fsync was answered but not done (lying disk). */
  readonly #promised = new Map<string, readonly NameOperation[]>();
  readonly #copies = new Copies();
  #inodeCount = 0;

  get usedBytes(): number {
    let used = 0;
    for (const inode of this.#names.values()) used += inode.cached.length;
    return used;
  }

  find(path: string): Inode | undefined {
    return this.#names.get(path);
  }

  create(path: string): Inode {
    const inode = new Inode(++this.#inodeCount, this.#copies);
    this.#do({ kind: "link", path, inode });
    return inode;
  }

  /** Answers false when there is no such file. Replaces the target. */
  rename(from: string, to: string): boolean {
    const inode = this.#names.get(from);
    if (inode === undefined) return false;
    if (from !== to) this.#do({ kind: "rename", path: from, to, inode });
    return true;
  }

  remove(path: string): boolean {
    if (!this.#names.has(path)) return false;
    this.#do({ kind: "unlink", path });
    return true;
  }

  /** Names directly below, sorted by code unit. */
  list(directory: string): readonly string[] {
    const prefix = directory === "" ? "" : `${directory}/`;
    const found = new Set<string>();
    for (const path of this.#names.keys()) if (path.startsWith(prefix)) found.add(path.slice(prefix.length).split("/", 1)[0] ?? "");
    return [...found].toSorted();
  }

  /** Changes of names that are not durable; a sync covers those made before its call. */
  get pendingNames(): readonly NameOperation[] {
    return this.#pending;
  }

  /** Makes durable what concerns this directory among `covered`, and whatever earlier change of the same names it builds on. */
  syncDirectory(directory: string, covered: readonly NameOperation[]): void {
    const scope = new Set(covered);
    this.#commit((operation) => scope.has(operation) && concerns(operation, directory));
  }

  /** A lying disk's fsync of a directory. */
  promiseDirectory(directory: string, covered: readonly NameOperation[]): void {
    this.#promised.set(directory, covered);
  }

  keepPromises(): void {
    for (const [directory, covered] of this.#promised) this.syncDirectory(directory, covered);
    this.#promised.clear();
    for (const inode of this.#inodes()) inode.keepPromises();
  }

  powerCut(mode: CutMode, random: Random): CutLoss {
    const inodes = [...this.#inodes()];
    const lostNames = this.#cutNames(random);
    let lostWrites = 0;
    for (const inode of inodes) lostWrites += inode.powerCut(mode, random);
    this.#promised.clear();
    return { lostWrites, lostNames };
  }

  wipe(): void {
    this.#names.clear();
    this.#durableNames.clear();
    this.#pending = [];
    this.#promised.clear();
  }

  /** Damages up to `sectorCount` random sectors of durable files; answers how many. */
  damage(sectorCount: number, fault: ActiveFault, random: Random): number {
    const places = [...this.#durableNames.keys()].toSorted().flatMap((path) => {
      const inode = this.#durableNames.get(path);
      return inode === undefined ? [] : Array.from({ length: inode.durableSectorCount }, (_, sectorIndex) => ({ inode, sectorIndex }));
    });
    const chosen = random.shuffle(places, "rotten sectors").slice(0, sectorCount);
    return chosen.filter(({ inode, sectorIndex }) => inode.damage(sectorIndex, fault, random)).length;
  }

  repair(fault: ActiveFault): void {
    for (const inode of this.#inodes()) inode.repair(fault);
  }

  #do(operation: NameOperation): void {
    this.#pending.push(operation);
    apply(this.#names, operation);
  }

  /** Of each directory a random prefix of its changes survives. */
  #cutNames(random: Random): number {
    const survivors = new Set<NameOperation>();
    for (const directory of [...new Set(this.#pending.flatMap(directoriesOf))].toSorted()) {
      const own = this.#pending.filter((operation) => concerns(operation, directory));
      for (const operation of own.slice(0, random.below(own.length + 1, "surviving names"))) survivors.add(operation);
    }
    this.#commit((operation) => survivors.has(operation));
    const lostCount = this.#pending.length;
    this.#pending = [];
    this.#names.clear();
    for (const [path, inode] of this.#durableNames) this.#names.set(path, inode);
    return lostCount;
  }

  /** Applies the chosen changes to the platter, with those earlier ones that touch the same names: order within a name is never broken. */
  #commit(isChosen: (operation: NameOperation) => boolean): void {
    const needed = new Set<string>();
    const chosen = new Set<NameOperation>();
    for (const operation of this.#pending.toReversed()) {
      if (!isChosen(operation) && !pathsOf(operation).some((path) => needed.has(path))) continue;
      chosen.add(operation);
      for (const path of pathsOf(operation)) needed.add(path);
    }
    for (const operation of this.#pending) if (chosen.has(operation)) apply(this.#durableNames, operation);
    this.#pending = this.#pending.filter((operation) => !chosen.has(operation));
  }

  /** Every file that is named anywhere, once, in order of creation. */
  #inodes(): readonly Inode[] {
    const renamed = this.#pending.flatMap((operation) => (operation.kind === "unlink" ? [] : [operation.inode]));
    return [...new Set([...this.#names.values(), ...this.#durableNames.values(), ...renamed])].toSorted((a, b) => a.id - b.id);
  }
}

function apply(names: Map<string, Inode>, operation: NameOperation): void {
  if (operation.kind !== "link") names.delete(operation.path);
  if (operation.kind === "link") names.set(operation.path, operation.inode);
  if (operation.kind === "rename") names.set(operation.to, operation.inode);
}

function pathsOf(operation: NameOperation): readonly string[] {
  return operation.kind === "rename" ? [operation.path, operation.to] : [operation.path];
}

function directoriesOf(operation: NameOperation): readonly string[] {
  return pathsOf(operation).map(directoryOf);
}

function concerns(operation: NameOperation, directory: string): boolean {
  return directoriesOf(operation).includes(directory);
}

/** Of `a/b/c`: `a/b`; of `c`: the root, "". */
function directoryOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "" : path.slice(0, end);
}
