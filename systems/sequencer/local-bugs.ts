// Deliberate defects of the designs that make ids from time or chance, each a subclass that overrides one method. Listed in
// `bugs.ts`.
import type { Random, Reply } from "../../harness/environment.ts";
import { hashString, seededRandom } from "../../harness/random.ts";
import { sequenceCount } from "../parts/snowflake.ts";
import { Uuid7Generator } from "../parts/uuid.ts";
import { HighWaterMark } from "./high-water-mark.ts";
import { HybridClock } from "./hybrid-clock.ts";
import { HybridSource } from "./hybrid.ts";
import type { GenerateAnswer } from "./id-source.ts";
import { SequencerNode } from "./node.ts";
import { SlotMachine } from "./slot-machine.ts";
import { SnowflakeTicker } from "./snowflake-ticker.ts";
import { SnowflakeSource } from "./snowflake.ts";
import { Uuid4Source, Uuid7Source } from "./uuid.ts";

/**
 * A clock that goes back is believed: the milliseconds come again, and their ids with them. Why Snowflake's README demands
 * a guard. Recipe: step a clock back under load.
 */
export class NoClockRegressGuard extends SnowflakeSource {
  protected override createTicker(): SnowflakeTicker {
    return new BelievingTicker();
  }
}
class BelievingTicker extends SnowflakeTicker {
  protected override regressMs(): number {
    return 0;
  }
}

/**
 * The log remembers who holds a slot, but not up to which time it was used: the guard lives in the memory of the process.
 * The same gap as in the original Snowflake, which warns of restarts with a wrong clock. Recipe: a kill, a clock that goes
 * back, a restart that gets the slot again, in this order.
 */
export class GuardInMemoryOnly extends SnowflakeSource {
  protected override createMachine(): SlotMachine {
    return new ForgetfulMachine();
  }
}
class ForgetfulMachine extends SlotMachine {
  protected override usedUpToMs(): number {
    return 0;
  }
}

/**
 * Once granted, a slot is used whatever became of its lease and its horizon. Fencing left out (Kleppmann, "How to do
 * distributed locking", 2016). Recipe: pause or cut off a holder for longer than its lease, let another node restart into
 * its slot, go on.
 */
export class UncheckedNodeLease extends SnowflakeSource {
  protected override mayUse(): boolean {
    return true;
  }
}

/** The slot is a hash of the host's name, 7 bits of it: two hosts share one. Sonyflake-style numbers from addresses (class). Recipe: enough nodes. */
export class NodeIdFromHash extends SnowflakeSource {
  protected override slotOf(): number {
    return hashString(this.environment.self) & 0x7f;
  }
}

/** More than 4,096 ids in one millisecond begin again at 0. Recipe: a burst. */
export class SequenceWraps extends SnowflakeSource {
  protected override createTicker(): SnowflakeTicker {
    return new WrappingTicker();
  }
}
class WrappingTicker extends SnowflakeTicker {
  protected override following(sequence: number): number {
    return (sequence + 1) % sequenceCount;
  }
}

/** Ids leave as JSON numbers, and whoever reads them as doubles has other ids. Twitter added `id_str` in 2010 for this. Recipe: none. */
export class IdsAsJsonNumbers extends SequencerNode {
  protected override reply(answer: GenerateAnswer): Reply {
    return answer.kind === "ids" ? { status: 200, body: { ids: answer.ids.map(Number) } } : super.reply(answer);
  }
}

/** The hybrid clock does not merge what it is told, so an effect may come before its cause. Recipe: skewed clocks, a token of the fast one to the slow one. */
export class ClockIgnoresToken extends HybridSource {
  protected override createClock(): HybridClock {
    return new DeafClock();
  }
}
class DeafClock extends HybridClock {
  override merge(): void {}
}

/**
 * The reservation of time never reaches the disk: a restart begins where the clock says. CockroachDB persists its upper bound
 * only on request (server.clock.persist_upper_bound_interval, off by default). Recipe: times far ahead (a clock that was, or a
 * token from one), then a kill.
 */
export class MarkInMemoryOnly extends HybridSource {
  protected override createMark(): HighWaterMark {
    return new VolatileMark(this.environment, "high-water-mark");
  }
}
class VolatileMark extends HighWaterMark {
  override save(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * The generator of chance begins in the same state at every start, as in a machine restored from a snapshot (Ristenpart and
 * Yilek, "When good randomness goes bad", NDSS 2010). Recipe: a restart.
 */
export class RandomStateFromSnapshot extends Uuid4Source {
  protected override chance(): Random {
    return seededRandom(this.environment.self);
  }
}

/** Within a millisecond the tail is drawn afresh, so ids of one answer are in no order: version 7 without RFC 9562, section 6.2. Recipe: a batch. */
export class FreshTailEachTime extends Uuid7Source {
  protected override createGenerator(): Uuid7Generator {
    return new MemorylessGenerator(this.chance());
  }
}
class MemorylessGenerator extends Uuid7Generator {
  protected override stepFrom(): bigint {
    return this.freshTail();
  }
}
