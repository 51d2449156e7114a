import { expect, test } from "vitest";
import { isFromOutside, isUncaught, type Death } from "./death.ts";

const by = (signal: string | null, exitCode: number | null = null): Death => ({
  ending: { signal, exitCode, lastWords: "" },
  said: undefined,
  failure: undefined,
});

test.each(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"])("%s is a crash of the node's own, like an uncaught exception", (signal) => {
  expect([isUncaught(by(signal)), isFromOutside(by(signal))]).toEqual([true, false]);
});

test.each(["SIGKILL", "SIGTERM"])("%s that no fault sent came from outside: nobody is accused of it", (signal) => {
  expect([isUncaught(by(signal)), isFromOutside(by(signal))]).toEqual([false, true]);
});

test("what a node says of itself counts before how its process ended", () => {
  const said: Death = { ...by("SIGKILL"), said: { reason: "my disk is broken", isUncaught: false } };
  expect([isUncaught(said), isFromOutside(said)]).toEqual([false, false]);
  expect([isUncaught(by(null, 70)), isUncaught(by(null, 0)), isFromOutside(by(null, 0))]).toEqual([true, false, false]);
});
