// `check`: judges a recorded history: a run of ours again, or a file of operations against the model of an object.
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../harness/errors.ts";
import { modelList } from "../checking/words.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { dashed, type OptionName, type Settings } from "../options.ts";
import { checkFile } from "./check-file.ts";
import { checkRun } from "./check-run.ts";

/** Options of files of operations; they say nothing about runs. */
const fileOptions = ["format", "partition", "failedCas", "algorithm", "timeout", "memory"] as const satisfies readonly (OptionName & keyof Settings)[];

export const checkCommand: CommandDefinition = {
  name: "check",
  argument: "<file>",
  argumentText: "a stored run (id, its beginning, latest), a history.jsonl with its plan.json beside it, or with --model any file of operations",
  summary: "judge a recorded history: of a run, or of anything else with --model",
  options: ["model", ...fileOptions],
  examples: ["check latest", "check history.edn --model cas-register", "check queue.json --model fifo-queue --timeout 10s --json"],
  run: run,
};

async function run(session: Session, text: string): Promise<Conclusion> {
  const { settings, terminal } = session;
  const path = resolve(terminal.directory, text);
  const { model } = settings;
  if (model !== undefined) return await checkFile(session, { path: historyPath(session, { path, text }), shownPath: text, model });
  if (isForeign(path)) {
    throw new UsageError(
      "no-model",
      `${text} is not a history of ours with its plan.json beside it, so it does not say what was promised.`,
      `Say what it is about with --model: ${modelList()}. Or name a run or its history.jsonl.`,
    );
  }
  const [unused] = fileOptions.filter((name) => settings[name] !== undefined);
  if (unused === undefined) return await checkRun(session, text);
  throw new UsageError(
    "no-model",
    `--${dashed(unused)} is about files of operations; a run has a plan that says what it is about.`,
    "Add --model, or leave it out.",
  );
}

/** A file that exists and is not part of a run. */
function isForeign(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true && !(path.endsWith(".jsonl") && existsSync(join(dirname(path), "plan.json")));
}

/** With a model, a stored run may be named too: its history is a file like any other. */
function historyPath(session: Session, { path, text }: { readonly path: string; readonly text: string }): string {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status !== undefined && !(status.isDirectory() && existsSync(join(path, "history.jsonl")))) return path;
  if (status !== undefined) return join(path, "history.jsonl");
  const located = session.store.locate(text);
  return located.kind === "run" ? located.run.historyPath : located.path;
}
