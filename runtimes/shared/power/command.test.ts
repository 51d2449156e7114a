import { describe, expect, test } from "vitest";
import { EnvironmentError } from "../../../harness/errors.ts";
import { CommandError, runCommand } from "./command.ts";

const node = process.execPath;

async function failureOf(command: readonly string[], limitMs = 10_000): Promise<CommandError> {
  try {
    await runCommand(command, { limitMs });
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a tool", () => {
  test("gets its arguments as they are and its input, and answers with its output", async () => {
    const program = "process.stdin.pipe(process.stdout); process.stdout.write(process.argv[1])";
    expect(await runCommand([node, "-e", program, "$(no shell); *"], { input: " and more" })).toBe("$(no shell); * and more");
  });

  test("that is missing, fails or hangs is an error of the environment that says what happened", async () => {
    const missing = await failureOf(["faultline-no-such-tool", "x"]);
    expect(missing).toBeInstanceOf(EnvironmentError);
    expect(missing).toMatchObject({ isMissing: true, wayOut: "install faultline-no-such-tool" });
    expect(await failureOf([node, "-e", "console.error('no luck'); process.exit(3)"])).toMatchObject({ isMissing: false, said: "no luck" });
    expect(await failureOf([node, "-e", "process.exit(3)"])).toMatchObject({ said: "ended with status 3" });
    expect(await failureOf([node, "-e", "setInterval(() => 0, 1000)"], 300)).toMatchObject({ said: "ended by SIGKILL (limit 300 ms)" });
  });

  test("may end without reading its input", async () => {
    expect(await runCommand([node, "-e", "process.exit()"], { input: "x".repeat(10_000_000) })).toBe("");
  });

  test("speaks plain English wherever it runs", async () => {
    expect(await runCommand([node, "-p", "process.env.LC_ALL"])).toBe("C\n");
  });
});
