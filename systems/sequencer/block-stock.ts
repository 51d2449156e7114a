// The blocks that one node of the `central-block` variant holds, and what is left of them. Synchronous.

interface Block {
  next: bigint;
  readonly to: bigint;
}

export class BlockStock {
  private blocks: Block[] = [];
  private highest = -1n;

  /** How many numbers are left. */
  get left(): bigint {
    return this.blocks.reduce((sum, { next, to }) => sum + (to - next) + 1n, 0n);
  }

  /** False: not above all blocks before it, so it is left unused; else ids of this node would go down. */
  add(from: bigint, to: bigint): boolean {
    if (from <= this.highest) return false;
    this.blocks.push({ next: from, to });
    this.highest = to;
    return true;
  }

  /** `count` numbers, ascending, all above `after`; null, and nothing is taken but what cannot serve later askers either, if they do not suffice. */
  take(count: number, after: bigint): bigint[] | null {
    this.skipTo(after);
    if (this.left < BigInt(count)) return null;
    const taken: bigint[] = [];
    while (taken.length < count) {
      const block = this.blocks[0];
      if (block === undefined) break;
      if (block.next > block.to) this.blocks.shift();
      else taken.push(block.next++);
    }
    return taken;
  }

  /** Numbers up to a token are given up: were they kept for those without a token, the node's ids would go down. */
  protected skipTo(after: bigint): void {
    for (const block of this.blocks) if (block.next <= after) block.next = after < block.to ? after + 1n : block.to + 1n;
    this.blocks = this.blocks.filter(({ next, to }) => next <= to);
  }
}
