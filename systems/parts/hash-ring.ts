// Placement of keys on members such that a change of members moves few keys: a ring with virtual nodes (Karger et al.,
// STOC 1997; Dynamo, SOSP 2007, section 6.2) and rendezvous hashing (Thaler and Ravishankar 1998). Immutable values.
import { hashString } from "../../harness/random.ts";

export interface RingMember {
  readonly name: string;
  /** Share of keys in proportion to the others. Default 1. */
  readonly weight?: number;
}

export interface RingOptions {
  /** Points on the ring for a member of weight 1. The spread of shares shrinks with its square root. Default 128. */
  readonly pointCount?: number;
}

interface Point {
  readonly hash: number;
  readonly name: string;
}

export class HashRing {
  readonly members: readonly RingMember[];
  private readonly pointCount: number;
  private readonly points: readonly Point[];

  /** @throws RangeError if two members share a name. O(points log points) */
  constructor(members: readonly RingMember[], options: RingOptions = {}) {
    if (new Set(members.map((member) => member.name)).size !== members.length) throw new RangeError("two members of a ring share a name");
    this.members = members;
    this.pointCount = options.pointCount ?? 128;
    // Ties by name, so that the order in which members joined does not matter.
    this.points = members.flatMap((member) => this.pointsOf(member)).toSorted((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1));
  }

  /** Null on an empty ring. O(log points) */
  owner(key: string): string | null {
    return this.owners(key, 1)[0] ?? null;
  }

  /** The first `count` different members clockwise from the key; fewer if there are fewer. */
  owners(key: string, count: number): readonly string[] {
    const found: string[] = [];
    const first = this.firstAtOrAfter(hashString(key));
    for (let step = 0; step < this.points.length && found.length < count; step++) {
      const name = this.points[(first + step) % this.points.length]?.name;
      if (name !== undefined && !found.includes(name)) found.push(name);
    }
    return found;
  }

  with(member: RingMember): HashRing {
    return new HashRing([...this.members, member], { pointCount: this.pointCount });
  }

  without(name: string): HashRing {
    return new HashRing(
      this.members.filter((member) => member.name !== name),
      { pointCount: this.pointCount },
    );
  }

  private pointsOf(member: RingMember): Point[] {
    const count = Math.round(this.pointCount * (member.weight ?? 1));
    return Array.from({ length: count }, (_, index) => ({ hash: hashString(`${member.name}#${index}`), name: member.name }));
  }

  private firstAtOrAfter(hash: number): number {
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.points[middle]?.hash ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * All members, best first, by the hash of key and member: removing one promotes only those behind it. No table to keep, but
 * O(members) a key. A weight w scales the score as -w / ln(hash) (Schindelhauer and Schomaker 2005).
 */
export function rendezvous(key: string, members: readonly RingMember[]): readonly string[] {
  const scored = members.map(({ name, weight }) => ({ name, score: -(weight ?? 1) / Math.log((hashString(`${name}#${key}`) + 0.5) / 2 ** 32) }));
  return scored.toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
