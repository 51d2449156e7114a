// Deliberate defects of the central designs, each a subclass that overrides one method. Listed in `bugs.ts`.
import type { NodeOptions } from "../../harness/system.ts";
import type { ProposeResult } from "../parts/replica.ts";
import { BlockStock } from "./block-stock.ts";
import { BlockSource } from "./central-block.ts";
import { CentralSource } from "./central.ts";
import { Coordinator } from "./coordinator.ts";
import { allocationOf, type AllocateCommand, type NumberMachine } from "./number-machine.ts";

type Allocated = (result: ProposeResult) => void;

/** An allocation that nobody agreed to. */
function unagreed(from: bigint, count: number): ProposeResult {
  return { ok: true, index: 0, output: { from: from.toString(), to: (from + BigInt(count) - 1n).toString() } };
}

/**
 * The first numbers of a leadership go out at once, and into the log behind the client's back: a leader that dies or is
 * deposed right then leaves them to be given again. PostgreSQL bug #6748: the first nextval after a checkpoint or restore
 * was not WAL-logged. Recipe: cut off or kill a leader right after its first answer.
 */
export class FirstValueUnlogged extends CentralSource {
  private loggedTerm = 0;

  protected override allocate(count: number, done: Allocated): void {
    const { role, term } = this.coordinator.status();
    const isFirst = role === "leader" && term !== this.loggedTerm;
    const from = this.machine.next;
    super.allocate(count, isFirst ? () => {} : done);
    if (!isFirst) return;
    this.loggedTerm = term;
    done(unagreed(from, count));
  }
}

/**
 * Every answer goes out when the leader has counted, not when a majority has: what the next leader never saw it gives again.
 * Redis INCR with asynchronous replication and failover (Kingsbury, "Redis", 2013). Recipe: kill or cut off the leader.
 */
export class PromoteAsyncReplica extends CentralSource {
  private counted = 0n;

  protected override allocate(count: number, done: Allocated): void {
    if (this.coordinator.status().role !== "leader") return super.allocate(count, done);
    const from = this.counted > this.machine.next ? this.counted : this.machine.next;
    this.counted = from + BigInt(count);
    super.allocate(count, () => {});
    done(unagreed(from, count));
  }
}

/**
 * A leader takes 500 numbers in one round and serves from them without asking whether it still leads. Agreed by a majority,
 * so no number comes twice; but after another leader has given higher ones, the old leader, or the same one in a later
 * term, gives what it has left. The cached sequence of a primary that is back (class). Recipe: change of leader, ids from
 * the new one, ids from the old one.
 */
export class OldLeaderCachedBlock extends CentralSource {
  private next = 0n;
  private to = -1n;

  protected override allocate(count: number, done: Allocated): void {
    const from = this.next;
    if (from + BigInt(count) - 1n <= this.to) {
      this.next += BigInt(count);
      return done(unagreed(from, count));
    }
    super.allocate(count + 500, (result) => {
      const block = result.ok ? allocationOf(result.output) : null;
      if (block === null) return done(result);
      [this.next, this.to] = [block.from + BigInt(count), block.to];
      done(unagreed(block.from, count));
    });
  }
}

/**
 * The leader hands out a block before a majority has it; a leader that is cut off goes on, while the others elect one that
 * gives the same blocks. Hazelcast's IdGenerator and AtomicLong before the CP subsystem: duplicates after a split (Kingsbury,
 * "Hazelcast 3.8.3", 2017). Recipe: cut the leader off, ask on both sides.
 */
export class AllocateInMinority extends BlockSource {
  protected override createCoordinator(options: NodeOptions): Coordinator<NumberMachine> {
    return new HastyCoordinator(this.environment, { nodes: options.nodes, machine: this.machine });
  }
}
class HastyCoordinator extends Coordinator<NumberMachine> {
  private counted = 0n;

  override execute(command: AllocateCommand, done: Allocated): void {
    if (this.status().role !== "leader") return super.execute(command, done);
    const from = this.counted > this.machine.next ? this.counted : this.machine.next;
    this.counted = from + BigInt(command.count);
    super.execute(command, () => {});
    done(unagreed(from, command.count));
  }
}

/** A token above the node's block is not looked at. A sequence with CACHE per session (PostgreSQL documents it). Recipe: a token of another node. */
export class BlockIgnoresToken extends BlockSource {
  protected override createStock(): BlockStock {
    return new TokenBlindStock();
  }
}
class TokenBlindStock extends BlockStock {
  protected override skipTo(): void {}
}

/** A node without a leader in sight stops serving, although its block is its own. Needless dependence on the quorum (class). Recipe: cut a node off. */
export class StopsWithoutLeader extends BlockSource {
  protected override mayServe(): boolean {
    const { role, leader } = this.coordinator.status();
    return role !== "candidate" && leader !== null;
  }
}
