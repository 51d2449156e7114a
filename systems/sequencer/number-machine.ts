// The replicated state of the central designs: the next number that nobody has. Deterministic.
import type { Json } from "../../harness/json.ts";
import type { StateMachine } from "../parts/replica.ts";

/** `count` numbers in a row. Harmless when it takes effect twice: the numbers of one of them are never given. */
export type AllocateCommand = { readonly kind: "allocate"; readonly count: number };
/** Both ends included, as decimals. */
export type Allocation = { readonly from: string; readonly to: string };

export class NumberMachine implements StateMachine {
  private nextNumber = 1n;

  /** All numbers below were allocated. */
  get next(): bigint {
    return this.nextNumber;
  }

  apply(command: Json): Json {
    // Commands come from this very module's callers, through the log.
    const { count } = command as unknown as AllocateCommand;
    const from = this.nextNumber;
    this.nextNumber += BigInt(count);
    return { from: from.toString(), to: (this.nextNumber - 1n).toString() } satisfies Allocation;
  }

  snapshot(): Json {
    return { next: this.nextNumber.toString() };
  }

  restore(snapshot: Json): void {
    // The shape is that of `snapshot` above: the replica vouches for its checksum.
    this.nextNumber = BigInt((snapshot as unknown as { next: string }).next);
  }
}

export function allocate(count: number): AllocateCommand {
  return { kind: "allocate", count };
}

/** Decodes the output of `apply`, after it went over the log or the wire. Null: there was none. */
export function allocationOf(output: Json | null): { readonly from: bigint; readonly to: bigint } | null {
  if (output === null) return null;
  const { from, to } = output as unknown as Allocation;
  return { from: BigInt(from), to: BigInt(to) };
}
