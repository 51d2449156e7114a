// What a command is: a name, its options, and an action that ends in a conclusion. `main.ts` does all the printing.
import { resolve as resolvePath } from "node:path";
import type { Ending } from "../harness/exit-code.ts";
import type { Json, JsonObject } from "../harness/json.ts";
import { Store } from "../harness/store.ts";
import { visible, type Paint } from "../reports/index.ts";
import type { OptionName, Settings } from "./options.ts";
import { Progress } from "./progress.ts";
import { loadSystem, type LoadedSystem } from "./registry.ts";
import { Sweeper } from "./sweeping.ts";
import { paintFor, type Terminal } from "./terminal.ts";

export interface CommandDefinition {
  readonly name: string;
  /** Commander's notation, e.g. `<system>`, `[system]`; empty: none. */
  readonly argument: string;
  readonly argumentText: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  /** Without the program's name. */
  readonly examples: readonly string[];
  run(session: Session, argument: string): Promise<Conclusion>;
}

export interface Conclusion {
  readonly ending: Ending;
  /** For people; empty or whole lines. */
  readonly text: string;
  /** For programs; `verdict` null says that nothing was judged. It has a `schema`, except that of `check FILE`, whose keys are fixed. */
  readonly document: JsonObject & { readonly verdict: Json };
}

/** One command under way. */
export class Session {
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly progress: Progress;
  readonly paint: Paint;
  readonly store: Store;
  /** Cleans up after harnesses that were killed, before the first run in real time. */
  readonly sweeper: Sweeper;
  readonly #aliases: Readonly<Record<string, string>>;

  constructor(terminal: Terminal, settings: Settings, aliases: Readonly<Record<string, string>>) {
    this.terminal = terminal;
    this.settings = settings;
    this.progress = new Progress(terminal);
    this.paint = paintFor(terminal);
    this.store = new Store({ directory: resolvePath(terminal.directory, settings.store), clock: () => terminal.now() });
    this.sweeper = new Sweeper(this.store.directory, (line) => terminal.complain(`${visible(line, 1000)}\n`));
    this.#aliases = aliases;
  }

  get isInterrupted(): boolean {
    return this.terminal.interruption.aborted;
  }

  /** @throws UsageError */
  async loadSystem(text: string): Promise<LoadedSystem> {
    return await loadSystem(text, { directory: this.terminal.directory, aliases: this.#aliases });
  }
}
