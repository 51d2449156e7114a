// Pairs the acquisitions and releases of locks, owner by owner. For the monitors of locks.
//
// An owner that does one thing after the other tells its own story: an acquisition that was granted, a release that
// succeeded, in turn. What it did between two of these with unknown outcome is taken to have happened where that makes
// the lock free for longer: the first release after an acquisition, the last acquisition before a release.
import type { Json } from "../../../../harness/json.ts";
import type { Operation } from "../../../../harness/operation.ts";

/** What mutexes and fenced locks have in common; whatever is not false is success. */
export interface LockInput {
  readonly f: "acquire" | "release";
  readonly key: string;
  readonly owner: string;
  readonly [argument: string]: Json;
}

export type LockOperation = Operation<LockInput>;

/** From an acquisition to its release: positions; -1 for a lock that is never given back. */
export interface Tenure {
  readonly acquire: number;
  readonly release: number;
}

export interface OwnerStories {
  readonly tenures: readonly Tenure[];
  /** Acquisitions that nobody knows the outcome of, after which the owner did nothing more. */
  readonly lostAcquires: readonly number[];
}

export type Pairing =
  | { readonly kind: "paired"; readonly stories: OwnerStories }
  | { readonly kind: "contradiction"; readonly suspects: readonly number[] }
  | { readonly kind: "unclear"; readonly why: string };

/** O(n). Unclear if operations of one owner overlap: then nobody knows their order. */
export function pairedByOwner(operations: readonly LockOperation[]): Pairing {
  const owners = new Map<string, Owner>();
  const tenures: Tenure[] = [];
  let suspects: readonly number[] | undefined;
  for (const [position, operation] of operations.entries()) {
    const { input, type, output } = operation;
    if (type === "ok" && output === undefined) return { kind: "unclear", why: "an answer is missing" };
    let owner = owners.get(input.owner);
    if (owner === undefined) {
      owner = new Owner(tenures);
      owners.set(input.owner, owner);
    }
    if (!owner.isOverBy(operation)) return { kind: "unclear", why: `operations of ${input.owner} overlap` };
    // A contradiction counts only once it is clear that no later operation overlaps those that it is made of.
    suspects ??= owner.note(position, operation);
  }
  if (suspects !== undefined) return { kind: "contradiction", suspects };
  const lostAcquires = [...owners.values()].flatMap((owner) => owner.finish());
  return { kind: "paired", stories: { tenures, lostAcquires } };
}

class Owner {
  readonly #tenures: Tenure[];
  #lastEnd = -Infinity;
  /** The acquisition that it holds the lock by, if it certainly does; -1 if it certainly did not after its last answer. */
  #held = -1;
  /** The last operation with an answer that matters. */
  #lastKnown = -1;
  /** Since then, of unknown outcome: the first release (which means nothing if it held nothing), and the last acquisition after it (or since then, if free); -1: none. */
  #maybeReleased = -1;
  #maybeAcquired = -1;
  #lostAcquire = -1;

  constructor(tenures: Tenure[]) {
    this.#tenures = tenures;
  }

  /** Whether everything it did before is over when this begins. */
  isOverBy({ invokedIndex, completedIndex }: LockOperation): boolean {
    const isOver = this.#lastEnd < invokedIndex;
    this.#lastEnd = completedIndex;
    return isOver;
  }

  /** What contradicts this operation, if anything of the same owner does. */
  note(position: number, { input, type, output, completedIndex }: LockOperation): readonly number[] | undefined {
    if (type !== "ok") {
      if (input.f === "release" && this.#maybeReleased === -1) this.#maybeReleased = position;
      else if (input.f === "acquire" && (this.#held === -1 || this.#maybeReleased !== -1)) {
        this.#maybeAcquired = position;
        if (completedIndex === Infinity) this.#lostAcquire = position;
      }
      return undefined;
    }
    if (input.f === "acquire") return output === false ? undefined : this.#acquired(position);
    return output === false ? this.#wasFree(position) : this.#released(position);
  }

  /** Acquisitions that it left behind without an end. */
  finish(): number[] {
    if (this.#held !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });
    return this.#lostAcquire === -1 ? [] : [this.#lostAcquire];
  }

  #acquired(position: number): readonly number[] | undefined {
    const suspects = this.#wasFree(position);
    this.#held = position;
    return suspects;
  }

  /** It did not hold the lock at some moment of this operation. */
  #wasFree(position: number): readonly number[] | undefined {
    if (this.#held !== -1 && this.#maybeReleased === -1) return [this.#held, position];
    if (this.#held !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });
    this.#know(position);
    return undefined;
  }

  #released(position: number): readonly number[] | undefined {
    if (this.#held === -1 && this.#maybeAcquired === -1) return this.#lastKnown === -1 ? [position] : [this.#lastKnown, position];
    if (this.#held !== -1 && this.#maybeAcquired !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });
    this.#tenures.push({ acquire: this.#maybeAcquired === -1 ? this.#held : this.#maybeAcquired, release: position });
    this.#know(position);
    return undefined;
  }

  #know(position: number): void {
    this.#held = -1;
    this.#lastKnown = position;
    this.#maybeReleased = -1;
    this.#maybeAcquired = -1;
  }
}
