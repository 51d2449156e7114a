// Commander's part: the words of the user, checked against the commands and options that there are.
import { Command, CommanderError } from "commander";
import { UsageError } from "../harness/errors.ts";
import { exitCodes } from "../harness/exit-code.ts";
import { suggestion } from "../harness/spelling.ts";
import type { CommandDefinition } from "./command.ts";
import { bugsCommand } from "./commands/bugs.ts";
import { campaignCommand } from "./commands/campaign.ts";
import { checkCommand } from "./commands/check.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exploreCommand } from "./commands/explore.ts";
import { listCommand } from "./commands/list.ts";
import { proxyCommand } from "./commands/proxy.ts";
import { replayCommand } from "./commands/replay.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { shrinkCommand } from "./commands/shrink.ts";
import type { LoadedConfig } from "./config.ts";
import { faultlineVersion, programName } from "./host.ts";
import { addOptions, applySources, type Settings } from "./options.ts";

/** In the order in which help lists them. */
export const commands: readonly CommandDefinition[] = [
  demoCommand,
  runCommand,
  exploreCommand,
  campaignCommand,
  bugsCommand,
  replayCommand,
  shrinkCommand,
  checkCommand,
  reportCommand,
  listCommand,
  doctorCommand,
  proxyCommand,
];

export type ParsedCommand =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "command"; readonly definition: CommandDefinition; readonly command: Command; readonly settings: Settings; readonly argument: string };

/** @throws UsageError for every word that fits nowhere, with the nearest right one */
export async function parse(
  words: readonly string[],
  sources: { readonly environment: Readonly<Record<string, string | undefined>>; readonly config: LoadedConfig },
): Promise<ParsedCommand> {
  const printed: string[] = [];
  let parsed: ParsedCommand | undefined;
  const program = programOf(
    (text) => printed.push(text),
    (definition, command, argument) => {
      // The one decode boundary of options: every value has passed the parser of its option.
      parsed = { kind: "command", definition, command, settings: command.opts<Settings>(), argument };
    },
  );
  for (const command of program.commands) applySources(command, sources.environment, sources.config);
  const [first] = words;
  if (first === undefined) {
    program.outputHelp();
    return { kind: "help", text: printed.join("") };
  }
  if (!first.startsWith("-") && first !== "help" && !commands.some(({ name }) => name === first)) {
    throw new UsageError(
      "unknown-command",
      `There is no command "${first.slice(0, 100)}".`,
      suggestion(
        first,
        commands.map(({ name }) => name),
      ),
    );
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === "commander.help") return { kind: "help", text: printed.join("") };
    throw usageError(error, first.startsWith("-") ? "" : `${first} `);
  }
  return parsed ?? { kind: "help", text: printed.join("") };
}

function programOf(print: (text: string) => void, chosen: (definition: CommandDefinition, command: Command, argument: string) => void): Command {
  const program = quiet(new Command("faultline"), print)
    .description("Jepsen-style correctness and chaos testing for distributed systems, deterministic first.")
    .version(faultlineVersion())
    .addHelpText("after", helpEnd());
  for (const definition of commands) {
    const command = quiet(program.command(definition.name), print).description(definition.summary).allowExcessArguments(false);
    if (definition.argument !== "") command.argument(definition.argument, definition.argumentText);
    addOptions(command, definition.options);
    command.addHelpText("after", `\nExamples:\n${definition.examples.map((example) => `  ${programName()} ${example}`).join("\n")}\n`);
    command.action(() => chosen(definition, command, command.args[0] ?? ""));
  }
  return program;
}

function quiet(command: Command, print: (text: string) => void): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined, outputError: () => undefined })
    .showSuggestionAfterError(true);
}

function helpEnd(): string {
  const codes = Object.values(exitCodes).map(({ code, text }) => `  ${String(code).padStart(3)}  ${text}`);
  return `\nFirst steps:\n  ${programName()} demo\n  ${programName()} explore kv --time 10s\n  ${programName()} run ./my-system.ts\n\nExit codes:\n${codes.join("\n")}\n`;
}

/** Commander's complaint as ours: the sentence, then the way out. @param command its name and a blank, or nothing */
function usageError(error: CommanderError, command: string): UsageError {
  const [sentence = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const meant = /Did you mean (?:one of )?([^?)]*)\??/.exec(rest.join(" "))?.[1];
  const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`.replace(/([^.])$/, "$1.");
  return new UsageError(error.code.replace("commander.", ""), text, meant === undefined ? `See ${programName()} ${command}--help.` : `Did you mean ${meant}?`);
}
