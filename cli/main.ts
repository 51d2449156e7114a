// The command line: words in, one conclusion out, a number for the shell. Everything that is printed is printed here.
import { EnvironmentError, UsageError } from "../harness/errors.ts";
import { exitCodeOf, type Ending } from "../harness/exit-code.ts";
import { visible, visibleLines } from "../reports/index.ts";
import { jsonObject } from "../reports/json.ts";
import { Session, type Conclusion } from "./command.ts";
import { loadConfig } from "./config.ts";
import { sourcesOf } from "./options.ts";
import { parse, type ParsedCommand } from "./program.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs one command to its end. Answers the exit code; never rejects. @param words what the user typed behind the program's name */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const isJson = words.includes("--json") || ["1", "true", "yes", "on"].includes(terminal.environment["FAULTLINE_JSON"]?.toLowerCase() ?? "");
  try {
    const config = await loadConfig(configNamed(words, terminal), terminal.directory);
    const parsed = await parse(words, { environment: terminal.environment, config });
    if (parsed.kind === "help") return helped(terminal, parsed.text);
    const conclusion = await conclude(parsed, terminal, config.systems);
    print(terminal, conclusion, parsed.settings.json === true);
    return exitCodeOf(conclusion.ending);
  } catch (error) {
    return failed(terminal, error, isJson);
  }
}

function configNamed(words: readonly string[], terminal: Terminal): string | undefined {
  const position = words.findIndex((word) => word === "--config" || word.startsWith("--config="));
  const word = words[position];
  if (word === undefined) return terminal.environment["FAULTLINE_CONFIG"];
  return word === "--config" ? words[position + 1] : word.slice("--config=".length);
}

async function conclude(
  parsed: Extract<ParsedCommand, { kind: "command" }>,
  terminal: Terminal,
  aliases: Readonly<Record<string, string>>,
): Promise<Conclusion> {
  const { settings, definition, argument } = parsed;
  if (settings.printConfig === true) return settingsConclusion(parsed);
  const session = new Session(terminal, settings, aliases);
  try {
    return await definition.run(session, argument);
  } finally {
    session.progress.end();
  }
}

function settingsConclusion({ definition, command }: Extract<ParsedCommand, { kind: "command" }>): Conclusion {
  const sources = sourcesOf(command);
  const width = Math.max(...sources.map(({ name }) => name.length));
  const lines = sources.map(({ name, value, source }) => `${name.padEnd(width)}  ${source.padEnd(13)}  ${visible(JSON.stringify(value))}`);
  const settings = jsonObject(Object.fromEntries(sources.map(({ name, value, source }) => [name, { value, source }])));
  return { ending: "valid", text: `${lines.join("\n")}\n`, document: { schema: "faultline/settings/1", verdict: null, command: definition.name, settings } };
}

function helped(terminal: Terminal, text: string): number {
  terminal.write(text);
  return 0;
}

function print(terminal: Terminal, { text, document }: Conclusion, isJson: boolean): void {
  terminal.write(isJson ? `${JSON.stringify(document)}\n` : text);
}

/** Mistakes of the user and of the machine are one sentence and the way out; ours come with the stack. */
function failed(terminal: Terminal, error: unknown, isJson: boolean): number {
  const ending: Ending = error instanceof UsageError ? "usage" : error instanceof EnvironmentError ? "environment" : "crashed";
  const message = error instanceof Error ? error.message : String(error);
  const wayOut =
    error instanceof UsageError || error instanceof EnvironmentError
      ? error.wayOut
      : "This is a mistake of Faultline; please report it with the command and the text above.";
  const code = error instanceof UsageError ? error.code : ending;
  if (ending === "crashed") terminal.complain(`${visibleLines(error instanceof Error ? (error.stack ?? message) : message)}\n\n`);
  terminal.complain(`faultline: ${visible(message, 2000)}\n${visible(wayOut, 2000)}\n`);
  const verdict = ending === "crashed" ? "unknown" : null;
  if (isJson) terminal.write(`${JSON.stringify({ schema: "faultline/error/1", verdict, error: { code, message, wayOut } })}\n`);
  return exitCodeOf(ending);
}

/** What a user's module has left open (a timer, a connection to a database) must not keep the shell waiting once everything was said. */
function endAnyway(): void {
  setInterval(endOnceWritten, endIntervalMs).unref();
}

function endOnceWritten(): void {
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
}

/** A process with nothing left open ends sooner, by itself. */
const endIntervalMs = 500;

if (import.meta.main) {
  const owner = processTerminal();
  process.exitCode = await main(process.argv.slice(2), owner.terminal);
  owner.release();
  endAnyway();
}
