// Cleans up after harnesses that were killed: what their undo logs left open is healed before anything new is started in real time.
import { join } from "node:path";
import { counted } from "../reports/words.ts";
import { findUndoLogs, sweepUndo, type Healer, type Healing, type Sweep } from "../runtimes/shared/undo/index.ts";
import { containers } from "./runtimes.ts";

export class Sweeper {
  readonly #runs: string;
  readonly #say: (line: string) => void;
  #sweeping: Promise<void> | undefined;

  /** @param say is given the one line that tells what was cleaned; nothing is said where nothing was */
  constructor(storeDirectory: string, say: (line: string) => void) {
    this.#runs = join(storeDirectory, "runs");
    this.#say = say;
  }

  /** Once a command, however often it is asked for. A run whose harness lives is not touched. Never rejects for what could not be healed: that is said. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const logs = findUndoLogs(this.#runs);
    if (logs.length === 0) return;
    const sweeps = await sweepUndo(logs.toReversed(), await healers());
    const line = sweepLine(sweeps);
    if (line !== undefined) this.#say(line);
  }
}

/** All that can undo something, whatever runtime did it. Loaded when there is something to undo: simulation needs none of it. */
async function healers(): Promise<readonly Healer[]> {
  const { realTimeHealers } = await import("../runtimes/shared/cluster/index.ts");
  return [...realTimeHealers, ...containerKinds.map(lazyHealer)];
}

const containerKinds: readonly string[] = ["remove-container", "remove-network", "resume-container"];

/** The container runtime and its packages are loaded only if a log asks for them. */
function lazyHealer(kind: string): Healer {
  const heal: Healer["heal"] = async (data): Promise<Healing> => {
    const found = (await containers()).containerHealers.find((healer) => healer.kind === kind);
    return found === undefined ? { outcome: "refused", reason: `the container runtime does not undo ${kind}` } : await found.heal(data);
  };
  return { kind, heal };
}

/** What was cleaned and what could not be, in one sentence; undefined: there was nothing. */
export function sweepLine(sweeps: readonly Sweep[]): string | undefined {
  const healings = sweeps.flatMap(({ healed }) => healed.map(({ healing, entry }) => ({ ...healing, kind: entry.undo.kind })));
  const healed = healings.filter(({ outcome }) => outcome === "healed");
  const failed = healings.flatMap((healing) => (healing.outcome === "refused" || healing.outcome === "failed" ? [`${healing.kind}: ${healing.reason}`] : []));
  const runCount = sweeps.filter((sweep) => sweep.healed.some(({ healing }) => healing.outcome !== "needless")).length;
  const kinds = [...Map.groupBy(healed, ({ kind }) => kind)].map(([kind, own]) => `${kind} ${own.length}`).join(", ");
  const parts = [
    healed.length === 0 ? "" : `cleaned up after ${counted(runCount, "run")} that was cut off: ${kinds}`,
    failed.length === 0 ? "" : `could not undo ${counted(failed.length, "act")} of a run that was cut off: ${failed.slice(0, 3).join("; ")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? undefined : `note: ${parts.join("; ")}`;
}
