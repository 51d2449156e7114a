// Decides registers whose written values are all distinct, with reads, writes and successful compare-and-sets, in
// O(n log n). For histories with many clients, where searching is hopeless.
//
// Gibbons and Korach 1997 ("Testing shared memories"): with distinct values every read names its write, so the operations
// on one value stand together in every linearization. Such a cluster must hold the register from its first completion to
// its last invocation (a forward zone), or just at some moment between its last invocation and first completion (a
// backward zone). Ours differs in two ways: successful compare-and-sets chain clusters into blocks, and an indeterminate
// operation is exact: it counts if and only if somebody saw its value.
import { metBy, producedBy } from "../models/register-operation.ts";
import type { RegisterInput, RegisterOperation, RegisterOutput } from "../models/register-operation.ts";
import type { Monitor, MonitorAnswer } from "../model.ts";

/** For registers that hold `initial` at first; refused compare-and-sets and deletes are left to the search. */
export function registerZones(initial: string | null): Monitor<RegisterInput, RegisterOutput> {
  return {
    name: "register zones",
    precondition: "every value is written once, nothing is deleted, and every completed compare-and-set matched",
    decide: (operations) => new RegisterZones(initial).decide(operations),
  };
}

/** All operations on one value. */
interface Cluster {
  readonly value: string | null;
  /** Position of the operation that produced the value; undefined for the initial value, or if nobody wrote it. */
  writer: number | undefined;
  readonly readers: number[];
  /** Position of the one compare-and-set that replaced the value. */
  replacedBy: number | undefined;
  isRequired: boolean;
}

/** A chain of clusters; its operations in stages: writer, readers, compare-and-set, readers ... */
interface Block {
  readonly stages: readonly (readonly number[])[];
  readonly firstEnd: number;
  readonly lastStart: number;
}

class RegisterZones {
  readonly #initial: string | null;
  readonly #clusters = new Map<string | null, Cluster>();
  #operations: readonly RegisterOperation[] = [];

  constructor(initial: string | null) {
    this.#initial = initial;
  }

  decide(operations: readonly RegisterOperation[]): MonitorAnswer {
    this.#operations = operations;
    this.#cluster(this.#initial).isRequired = true;
    for (let position = 0; position < operations.length; position++) {
      const why = this.#addWriter(position);
      if (why !== undefined) return { verdict: "inapplicable", why };
    }
    for (let position = 0; position < operations.length; position++) this.#addReader(position);
    const conflict = this.#requireSources();
    if (conflict !== undefined) return refuted(conflict);
    const blocks: Block[] = [];
    for (const cluster of this.#clusters.values()) {
      if (!cluster.isRequired || !this.#isRoot(cluster)) continue;
      const block = this.#block(cluster);
      if (!("stages" in block)) return refuted(block);
      if (block.stages.length > 0) blocks.push(block);
    }
    return this.#cycle() ?? placeBlocks(blocks);
  }

  /** Which precondition fails, if one does: a value written twice, a delete, a refused compare-and-set. */
  #addWriter(position: number): string | undefined {
    const { input, output, type } = this.#at(position);
    if (input.f === "read") return undefined;
    if (input.f === "delete") return "a value is deleted";
    if (input.f === "cas" && output === false) return "a compare-and-set was refused";
    const cluster = this.#cluster(producedBy(input));
    if (cluster.value === this.#initial) return "the initial value is written";
    if (cluster.writer !== undefined) return `value ${cluster.value ?? ""} is written twice`;
    cluster.writer = position;
    if (type === "ok") cluster.isRequired = true;
    return undefined;
  }

  #addReader(position: number): void {
    const operation = this.#at(position);
    if (operation.input.f !== "read" || operation.type !== "ok") return;
    const cluster = this.#cluster(metBy(operation) ?? null);
    cluster.readers.push(position);
    cluster.isRequired = true;
  }

  /** A required compare-and-set requires what it replaced. Answers a required value without a writer. */
  #requireSources(): number[] | undefined {
    const waiting = [...this.#clusters.values()].filter((cluster) => cluster.isRequired);
    for (let cluster = waiting.pop(); cluster !== undefined; cluster = waiting.pop()) {
      if (cluster.writer === undefined) {
        if (cluster.value !== this.#initial)
          return cluster.readers.length > 0 ? cluster.readers.slice(0, 1) : cluster.replacedBy === undefined ? [] : [cluster.replacedBy];
        continue;
      }
      const { input } = this.#at(cluster.writer);
      if (input.f !== "cas") continue;
      const source = this.#cluster(input.from);
      if (source.replacedBy !== undefined) return [source.replacedBy, cluster.writer, ...this.#sourceOf(source)];
      source.replacedBy = cluster.writer;
      if (source.isRequired) continue;
      source.isRequired = true;
      waiting.push(source);
    }
    return undefined;
  }

  #sourceOf(cluster: Cluster): number[] {
    return cluster.writer === undefined ? [] : [cluster.writer];
  }

  #isRoot({ writer }: Cluster): boolean {
    return writer === undefined || this.#at(writer).input.f === "write";
  }

  /** The chain from a root, or the two operations that are in the wrong order in time. */
  #block(root: Cluster): Block | number[] {
    const stages: number[][] = [];
    for (let cluster: Cluster | undefined = root; cluster !== undefined; cluster = this.#successor(cluster)) {
      if (cluster.writer !== undefined) stages.push([cluster.writer]);
      if (cluster.readers.length > 0) stages.push(cluster.readers);
    }
    let [firstEnd, lastStart, latest] = [Infinity, -Infinity, -1];
    // The initial value was there before everything.
    if (root.writer === undefined) firstEnd = -Infinity;
    for (const stage of stages) {
      let [stageStart, stageLatest] = [lastStart, latest];
      for (const position of stage) {
        const { invokedIndex, completedIndex } = this.#at(position);
        if (completedIndex < lastStart) return [latest, position];
        if (completedIndex < firstEnd) firstEnd = completedIndex;
        if (invokedIndex > stageStart) [stageStart, stageLatest] = [invokedIndex, position];
      }
      [lastStart, latest] = [stageStart, stageLatest];
    }
    return { stages, firstEnd, lastStart };
  }

  #successor(cluster: Cluster): Cluster | undefined {
    if (cluster.replacedBy === undefined) return undefined;
    return this.#cluster(producedBy(this.#at(cluster.replacedBy).input));
  }

  /** Compare-and-sets that only feed each other hang from no root. */
  #cycle(): MonitorAnswer | undefined {
    const reached = new Set<Cluster>();
    for (const cluster of this.#clusters.values()) {
      if (!cluster.isRequired || !this.#isRoot(cluster)) continue;
      for (let each: Cluster | undefined = cluster; each !== undefined; each = this.#successor(each)) reached.add(each);
    }
    const lost = [...this.#clusters.values()].filter((cluster) => cluster.isRequired && !reached.has(cluster));
    return lost.length === 0 ? undefined : refuted(lost.flatMap((cluster) => this.#sourceOf(cluster)));
  }

  #cluster(value: string | null): Cluster {
    let cluster = this.#clusters.get(value);
    if (cluster === undefined) {
      cluster = { value, writer: undefined, readers: [], replacedBy: undefined, isRequired: false };
      this.#clusters.set(value, cluster);
    }
    return cluster;
  }

  #at(position: number): RegisterOperation {
    const operation = this.#operations[position];
    if (operation === undefined) throw new Error(`Assertion failed: no operation at ${position}`);
    return operation;
  }
}

/** Forward zones must not overlap, and no backward zone may lie inside one. Then their order is a linearization. */
function placeBlocks(blocks: readonly Block[]): MonitorAnswer {
  const forward = blocks.filter(isForward).toSorted((one, other) => one.firstEnd - other.firstEnd);
  for (const [index, zone] of forward.entries()) {
    const before = forward[index - 1];
    if (before !== undefined && zone.firstEnd < before.lastStart) return refuted([...before.stages.flat(), ...zone.stages.flat()]);
  }
  const placed: { readonly block: Block; readonly at: number }[] = forward.map((block) => ({ block, at: block.firstEnd }));
  for (const block of blocks) {
    if (isForward(block)) continue;
    const around = zoneAround(forward, block.lastStart);
    if (around === undefined) placed.push({ block, at: block.lastStart });
    else if (block.firstEnd < around.lastStart) return refuted([...block.stages.flat(), ...around.stages.flat()]);
    else placed.push({ block, at: around.lastStart });
  }
  placed.sort((one, other) => (one.at === other.at ? 0 : one.at < other.at ? -1 : 1));
  return { verdict: "valid", order: placed.flatMap(({ block }) => block.stages.flat()) };
}

function isForward(block: Block): boolean {
  return block.firstEnd < block.lastStart;
}

/** The forward zone that has this moment strictly inside. Zones are sorted and disjoint. */
function zoneAround(zones: readonly Block[], moment: number): Block | undefined {
  let [low, high] = [0, zones.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((zones[middle]?.firstEnd ?? Infinity) < moment) low = middle + 1;
    else high = middle;
  }
  const zone = zones[low - 1];
  return zone !== undefined && moment < zone.lastStart ? zone : undefined;
}

function refuted(suspects: readonly number[]): MonitorAnswer {
  return { verdict: "invalid", suspects };
}
