// What every part of one real-time run shares: its names, its folder, its undo log, its nodes' logs. For machineries and links.
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Plan } from "../../../harness/plan.ts";
import type { RunPlace } from "../../../harness/runtime.ts";
import { removeRunFolder, runFolderName, UndoLog } from "../undo/index.ts";
import { NodeLogs } from "./node-logs.ts";
import { realTimeOptions, type RealTimeOptions } from "./options.ts";

export interface RunFrame {
  /** Unique among all runs of all machines: 16 hex digits. For names of what lives outside this process. */
  readonly runId: string;
  readonly plan: Plan;
  readonly options: RealTimeOptions;
  readonly nodes: readonly NodeName[];
  /** Hosts of the client slots: `client-0`, `client-1` ...; one at least. */
  readonly clients: readonly NodeName[];
  /** The run's folder in the store, or a temporary one that is removed at the end. */
  readonly directory: string;
  /** The recorder's clock. */
  readonly nowNs: () => number;
  readonly undo: UndoLog;
  readonly logs: NodeLogs;
  /** The files of the frame, not what is noted in them. Idempotent. */
  close(): void;
}

/** Of a plan whose options are explicit. @throws EnvironmentError when the folder cannot be used */
export function openFrame(plan: Plan, place: RunPlace | undefined): RunFrame {
  const directory = place?.directory ?? join(tmpdir(), runFolderName());
  makeFolder(directory, place !== undefined);
  const runId = randomBytes(8).toString("hex");
  const undo = new UndoLog(join(directory, "undo.jsonl"), { runId });
  // The oldest entry, so that it is healed last.
  if (place === undefined) undo.journal("run", "folder").before(removeRunFolder(directory));
  const nodes = Array.from({ length: plan.nodes }, (_, index) => `n${index + 1}`);
  const clients = Array.from({ length: Math.max(1, plan.clients) }, (_, slot) => `client-${slot}`);
  const logs = new NodeLogs({ directory, nodes });
  const close = (): void => {
    logs.close();
    undo.close();
  };
  const originNs = process.hrtime.bigint();
  const nowNs = (): number => Number(process.hrtime.bigint() - originNs);
  return { runId, plan, nowNs, options: realTimeOptions(plan.options.realTime), nodes, clients, directory, undo, logs, close };
}

function makeFolder(directory: string, isKept: boolean): void {
  try {
    mkdirSync(directory, { recursive: isKept, mode: 0o700 });
  } catch (cause) {
    throw new EnvironmentError(`the folder ${directory} cannot be made`, "choose another one with --store, or set TMPDIR", { cause });
  }
}
