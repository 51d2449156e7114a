import { expect, test } from "vitest";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

function recorded(isLive: boolean): { readonly terminal: Terminal; readonly lines: string[]; timeMs: number } {
  const state = { lines: [] as string[], timeMs: 0 };
  const terminal: Terminal = {
    write: () => expect.unreachable("progress goes to standard error"),
    complain: (text) => void state.lines.push(text),
    isLive,
    hasColor: false,
    columns: () => 20,
    environment: {},
    directory: "/",
    now: () => 0,
    monotonicMs: () => state.timeMs,
    interruption: new AbortController().signal,
  };
  return Object.assign(state, { terminal });
}

test("elsewhere than on a terminal there is a plain line every ten seconds", () => {
  const state = recorded(false);
  const progress = new Progress(state.terminal);
  for (state.timeMs = 0; state.timeMs <= 25_000; state.timeMs += 500) progress.report(() => `at ${state.timeMs}`);
  progress.end();
  expect(state.lines).toEqual(["at 10000\n", "at 20000\n"]);
});

test("on a terminal one line is rewritten, cut to its width, and taken away at the end", () => {
  const state = recorded(true);
  const progress = new Progress(state.terminal);
  for (const timeMs of [50, 100, 150, 200]) {
    state.timeMs = timeMs;
    progress.report(() => `${timeMs} ${"x".repeat(50)}`);
  }
  progress.end();
  progress.end();
  expect(state.lines).toEqual([`\r\u001b[2K100 ${"x".repeat(15)}`, `\r\u001b[2K200 ${"x".repeat(15)}`, "\r\u001b[2K"]);
});

test("a name with an escape sequence in it cannot steer the terminal", () => {
  const state = recorded(false);
  const progress = new Progress(state.terminal);
  state.timeMs = 20_000;
  progress.report(() => "now \u001b]0;owned\u0007");
  expect(state.lines).toEqual(["now \\u001b]0;owned\\u0007\n"]);
});
