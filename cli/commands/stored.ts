// A FILE or RUN argument: what is stored under it. For replay, shrink, check and report.
import { dirname, join } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { UsageError } from "../../harness/errors.ts";
import { readHistory } from "../../harness/history-file.ts";
import type { History } from "../../harness/history.ts";
import { parsePlan } from "../../harness/parse-plan.ts";
import type { Plan } from "../../harness/plan.ts";
import { parseDocument } from "../../harness/store-files.ts";
import { RunFolder } from "../../harness/store-run.ts";
import type { Session } from "../command.ts";
import { stateOf } from "../ownership.ts";

/** A plan, and the run it belongs to if it is stored as one. */
export interface StoredPlan {
  readonly plan: Plan;
  readonly folder: RunFolder | undefined;
}

/** @throws UsageError if nothing or something else is there */
export function storedPlan(session: Session, text: string): StoredPlan {
  const located = session.store.locate(fromHere(session, text));
  if (located.kind === "run") return { plan: located.run.readPlan(), folder: located.run };
  if (located.path.endsWith(".jsonl"))
    throw new UsageError("not-a-plan", `${located.path} is a history, not a plan.`, "Name the plan.json beside it, or use check.");
  return { plan: parsePlan(parseDocument(readText(located.path), located.path), located.path), folder: undefined };
}

/** A history with the plan that it belongs to. */
export interface StoredRun {
  readonly plan: Plan;
  readonly history: History;
  readonly folder: RunFolder | undefined;
  /** The files beside the history, of a stored run or not. */
  readonly beside: RunFolder;
}

/** A run, or a history file with a plan.json beside it. @throws UsageError if they do not belong together */
export async function storedRun(session: Session, text: string): Promise<StoredRun> {
  const located = session.store.locate(fromHere(session, text));
  if (located.kind === "run" && stateOf(located.run) === "running")
    throw new UsageError("still-running", `The run ${located.run.id} is still under way.`, "Wait for its end, or interrupt it with Ctrl-C where it runs.");
  const path = located.kind === "run" ? located.run.historyPath : located.path;
  if (!path.endsWith(".jsonl")) throw new UsageError("not-a-history", `${path} is not a history (history.jsonl).`, "Name a run or its history.jsonl.");
  const { header, history } = await readHistory(path);
  const beside = located.kind === "run" ? located.run : new RunFolder("", dirname(path));
  const plan = located.kind === "run" ? located.run.readPlan() : planBeside(path);
  if (!beside.isOwnHistory(header.planHash))
    throw new UsageError(
      "other-plan",
      `The history ${path} was recorded for another plan than the plan.json beside it.`,
      "Put the plan.json of the same run beside it.",
    );
  return { plan, history, folder: located.kind === "run" ? located.run : undefined, beside };
}

function planBeside(historyPath: string): Plan {
  const path = join(dirname(historyPath), "plan.json");
  if (!existsSync(path))
    throw new UsageError(
      "no-plan",
      `There is no plan.json beside ${historyPath}, so nobody knows what was promised.`,
      "Put the plan.json of the run into the same folder.",
    );
  return parsePlan(parseDocument(readText(path), path), path);
}

/** Paths are relative to where the user is; ids and `latest` stay as they are. */
function fromHere(session: Session, text: string): string {
  const path = join(session.terminal.directory, text);
  return /[/\\]|\.jsonl?$/.test(text) && !text.startsWith("/") && existsSync(path) ? path : text;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError("unreadable-file", `${path} cannot be read.`, "Check its permissions.", { cause });
  }
}
