// Where runs and campaigns are kept: `.faultline/runs/ID/`, `.faultline/campaigns/ID/`, and `latest`. For the command line.
import { existsSync, rmSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UsageError } from "./errors.ts";
import type { Plan } from "./plan.ts";
import type { RunResult } from "./run.ts";
import { claimDirectory, directoriesIn, isRealDirectory, makeDirectory, readDocument, writeAtomically, writeTrouble } from "./store-files.ts";
import { idAt, isId, isIdPrefix } from "./store-names.ts";
import { RunFolder } from "./store-run.ts";
import { suggestion } from "./spelling.ts";
import type { VerdictWord } from "./verdict.ts";

export interface StoreOptions {
  /** E.g. `.faultline`; created with the first run. */
  readonly directory: string;
  /** Milliseconds since the epoch; ids are made from it. */
  readonly clock: () => number;
  /** How many passing runs are kept, default 200. Others are never removed. */
  readonly keepPassingCount?: number;
}

/** What a user's RUN or FILE argument stands for. */
export type Located = { readonly kind: "run"; readonly run: RunFolder } | { readonly kind: "file"; readonly path: string };

export class Store {
  readonly directory: string;
  readonly #clock: () => number;
  readonly #keepPassingCount: number;
  #lastMs = 0;
  /** Verdicts never change once written, so each is read once. */
  readonly #verdicts = new Map<string, VerdictWord>();

  constructor({ directory, clock, keepPassingCount = 200 }: StoreOptions) {
    this.directory = resolve(directory);
    this.#clock = clock;
    this.#keepPassingCount = keepPassingCount;
  }

  /** Call it before anything starts: what cannot be kept should not be run. @throws UsageError, EnvironmentError */
  prepare(): void {
    for (const folder of ["runs", "campaigns"]) makeDirectory(join(this.directory, folder));
    const probe = join(this.directory, ".writable");
    writeAtomically(probe, "");
    rmSync(probe, { force: true });
  }

  /** A new, empty folder; ids of one store grow with time even if the clock does not. */
  createRun(plan: Plan): RunFolder {
    this.prepare();
    const { id, path } = this.#claim("runs", plan.system);
    return new RunFolder(id, path);
  }

  /** A new folder for a campaign's documents and pages. */
  createCampaign(): { readonly id: string; readonly path: string } {
    this.prepare();
    return this.#claim("campaigns", "");
  }

  /** Keeps a finished run, makes it `latest` and removes passing runs beyond the limit. @param folder if the run was recorded while it went */
  save(result: RunResult, folder?: RunFolder): RunFolder {
    const run = folder ?? this.createRun(result.plan);
    run.writeResult(result, { hasHistory: folder !== undefined && existsSync(run.historyPath) });
    this.#verdicts.set(run.id, result.verdict.verdict);
    this.markLatest(run);
    this.#prune();
    return run;
  }

  /** What `latest` means from now on. */
  markLatest({ id }: RunFolder): void {
    writeAtomically(join(this.directory, "latest"), `${id}\n`);
  }

  /** Removes a run that was recorded only in case it would be cut off; `latest` is then the newest of the others. @throws as `writeAtomically` */
  discard({ id }: RunFolder): void {
    this.#remove(this.run(id).path);
    const path = join(this.directory, "latest");
    if (readDocument(path)?.trim() !== id) return;
    const newest = this.runs().at(-1);
    if (newest === undefined) this.#remove(path);
    else writeAtomically(path, `${newest}\n`);
  }

  /** Ids of all runs, oldest first. */
  runs(): readonly string[] {
    return directoriesIn(join(this.directory, "runs")).filter(isId);
  }

  campaigns(): readonly string[] {
    return directoriesIn(join(this.directory, "campaigns")).filter(isId);
  }

  /** @throws UsageError unless it is the id of a stored run */
  run(id: string): RunFolder {
    const path = join(this.directory, "runs", id);
    if (!isId(id) || !isRealDirectory(path)) throw this.#noSuchRun(id);
    return new RunFolder(id, path);
  }

  /**
   * What RUN means: an id, the unique beginning of one, `latest`, or the path of a file or of a run's folder.
   * @throws UsageError if it means nothing or several runs
   */
  locate(text: string): Located {
    if (text === "latest") return { kind: "run", run: this.#latest() };
    const matching = isIdPrefix(text) ? this.runs().filter((id) => id.startsWith(text)) : [];
    const id = matching.find((candidate) => candidate === text) ?? (matching.length === 1 ? matching[0] : undefined);
    if (id !== undefined) return { kind: "run", run: this.run(id) };
    const path = resolve(text);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isFile() === true) return { kind: "file", path };
    if (status?.isDirectory() === true && existsSync(join(path, "plan.json"))) return { kind: "run", run: new RunFolder(basename(path), path) };
    if (matching.length > 1) {
      throw new UsageError(
        "ambiguous-run",
        `"${text}" is the beginning of ${matching.length} runs.`,
        `Write one of them in full: ${matching.slice(-5).join(", ")}.`,
      );
    }
    throw this.#noSuchRun(text);
  }

  #latest(): RunFolder {
    const id = readDocument(join(this.directory, "latest"))?.trim();
    if (id === undefined) throw new UsageError("no-runs", `The store ${this.directory} holds no run yet.`, "Record one: faultline run SYSTEM --keep.");
    return this.run(id);
  }

  #claim(kind: "runs" | "campaigns", label: string): { readonly id: string; readonly path: string } {
    for (let timeMs = Math.max(this.#clock(), this.#lastMs + 1); ; timeMs++) {
      const id = idAt(timeMs, label);
      const path = join(this.directory, kind, id);
      if (!claimDirectory(path)) continue;
      this.#lastMs = timeMs;
      return { id, path };
    }
  }

  #prune(): void {
    const ids = this.runs();
    if (ids.length <= this.#keepPassingCount) return;
    const passing = ids.filter((id) => this.#verdictOf(id) === "valid");
    for (const id of passing.slice(0, Math.max(0, passing.length - this.#keepPassingCount))) {
      this.#remove(join(this.directory, "runs", id));
    }
  }

  #remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (cause) {
      throw writeTrouble(path, cause);
    }
  }

  /** Undefined for what was not judged or cannot be read: such a run is never removed. */
  #verdictOf(id: string): VerdictWord | undefined {
    const known = this.#verdicts.get(id);
    if (known !== undefined) return known;
    try {
      const verdict = this.run(id).readVerdict()?.verdict;
      if (verdict !== undefined) this.#verdicts.set(id, verdict);
      return verdict;
    } catch (error) {
      if (error instanceof UsageError) return undefined;
      throw error;
    }
  }

  #noSuchRun(text: string): UsageError {
    const newest = this.runs().toReversed();
    const wayOut = newest.length === 0 ? "The store holds no run yet." : suggestion(text, newest);
    return new UsageError("no-such-run", `There is no run or file named "${text.slice(0, 200)}".`, wayOut);
  }
}
