// A nemesis turns chance into a schedule of faults, as data, before the run starts.
import type { FaultKind, PlannedFault } from "./faults.ts";
import type { NodeName } from "./operation.ts";
import type { Random } from "./random.ts";

export interface Nemesis {
  /** The name of its file, e.g. `partition`. */
  readonly name: string;
  readonly text: string;
  readonly kinds: readonly FaultKind[];
  schedule(context: NemesisContext): readonly PlannedFault[];
}

export interface NemesisContext {
  readonly random: Random;
  readonly nodes: readonly NodeName[];
  /** Length of the fault phase. Faults begin and end inside it. */
  readonly durationMs: number;
  /** Kinds that the system under test says it survives in this variant; a nemesis draws from no others. */
  readonly allowed: ReadonlySet<FaultKind>;
  /** The system's trigger points, most interesting first. */
  readonly marks: readonly MarkDescription[];
  /** `probe.state` roles that targets may name. */
  readonly roles: readonly string[];
  /** How many nodes may be down, paused or cut off at once without the system losing more than availability (informative). */
  readonly minority: number;
}

export interface MarkDescription {
  /** E.g. `raft.vote-granted`. */
  readonly kind: string;
  /** About how often it happens in a run of 10 s, for drawing the occurrence. */
  readonly typicalCount: number;
}
