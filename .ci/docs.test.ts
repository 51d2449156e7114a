// Every code block in README and docs is run: TypeScript as a module or as a test, shell lines as commands that exist.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { filesBelow, repository } from "./source-files.ts";

interface Block {
  readonly language: string;
  /** `file=NAME` of the fence, else made up. */
  readonly file: string;
  readonly text: string;
}

const documents = ["README.md", "CONTRIBUTING.md", ...filesBelow(join(repository, "docs"), ".md"), ...filesBelow(join(repository, "systems"), ".md")];
mkdirSync(join(repository, ".faultline"), { recursive: true });
const workshop = mkdtempSync(join(repository, ".faultline", "docs-"));
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

/** Commands that `.ci/run` itself runs, or that would run this test again. */
const runElsewhere = /^(npm (ci|test|run (check|campaign|fix|docs|bench))|npx faultline)/;

describe.each(documents)("%s", (document) => {
  const blocks = blocksOf(readFileSync(join(repository, document), "utf8"));
  const folder = join(workshop, document.replaceAll(/[^a-z0-9]/gi, "-"));
  const scripts = blocks.filter((block) => block.language === "ts");
  const commands = blocks
    .filter((block) => block.language === "sh")
    .flatMap((block) => block.text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));

  test("names languages and commands that are known", () => {
    expect(blocks.filter((block) => !["ts", "sh", "json", ""].includes(block.language))).toEqual([]);
    const known = /^(npm (ci|test|run [a-z:]+)|npx faultline|npm run (--silent )?faultline)( |$)/;
    expect(commands.flatMap((line) => line.split("&&").map((part) => part.trim())).filter((command) => !known.test(command))).toEqual([]);
  });

  if (scripts.length > 0)
    test("has TypeScript that runs", async () => {
      mkdirSync(folder, { recursive: true });
      for (const block of scripts) writeFileSync(join(folder, block.file), block.text);
      for (const block of scripts) {
        const isTest = block.file.endsWith(".test.ts");
        const args = isTest ? [join(repository, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--config", "none"] : [join(folder, block.file)];
        const { exitCode, all } = await execa(process.execPath, isTest ? args.slice(0, -2) : args, { cwd: folder, all: true, reject: false });
        expect(all).not.toContain("Error:");
        expect(exitCode).toBe(0);
      }
    });

  if (commands.some(isRunHere))
    test("has commands that work", async () => {
      // Pages with files of their own name those; all others name files of the repository.
      const cwd = scripts.length > 0 ? folder : repository;
      const env = { FAULTLINE_STORE: join(workshop, "store") };
      for (const command of commands.filter(isRunHere)) {
        const args = commandArguments(command);
        const { exitCode, all } = await execa(process.execPath, [join(repository, "cli/main.ts"), ...args], { cwd, env, all: true, reject: false });
        expect({ command, isKnown: exitCode !== 64 && exitCode !== 5, all: exitCode === 64 || exitCode === 5 ? all : "" }).toEqual({
          command,
          isKnown: true,
          all: "",
        });
      }
    });
});

function isRunHere(line: string): boolean {
  return !runElsewhere.test(line) && !/replay|RUN/.test(line) && line.includes("faultline --");
}

function commandArguments(line: string): string[] {
  return line
    .replace(/\s+#.*$/, "")
    .replace(/^.*faultline --\s*/, "")
    .split(/\s+/);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const match of text.matchAll(/^```([a-z]*)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)) {
    blocks.push({ language: match[1] ?? "", file: match[2] ?? `block-${blocks.length}.ts`, text: match[3] ?? "" });
  }
  return blocks;
}
