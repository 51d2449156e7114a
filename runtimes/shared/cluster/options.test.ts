import { expect, test } from "vitest";
import { UsageError } from "../../../harness/errors.ts";
import type { JsonObject } from "../../../harness/json.ts";
import { realTimeOptions } from "./options.ts";

function refusalOf(given: JsonObject): string {
  try {
    realTimeOptions(given);
  } catch (error) {
    if (error instanceof UsageError) return `${error.message}; ${error.wayOut}`;
  }
  return "none";
}

test("defaults are the means that work everywhere", () => {
  expect(realTimeOptions(undefined)).toMatchObject({ clock: "environment", powerCut: "layer", network: "proxy", toxiproxy: "" });
});

test("what is given replaces the default; all of it can be given again", () => {
  const given = { clock: "vdso", network: "namespaces", powerCut: "filesystem", toxiproxy: "http://127.0.0.1:8474", restartDelayMs: 0, cpus: 0.5 };
  const options = realTimeOptions(given);
  expect(options).toMatchObject(given);
  expect(realTimeOptions({ ...options })).toEqual(options);
});

test("what is unknown, of the wrong type or out of range is refused with the way out", () => {
  expect(refusalOf({ clok: "vdso" })).toBe('options.realTime.clok does not exist; Did you mean "clock"?');
  expect(refusalOf({ clock: "vdos" })).toBe('options.realTime.clock must be one of environment, time-link, vdso, not "vdos"; Did you mean "vdso"?');
  expect(refusalOf({ network: 1 })).toContain("must be a string, not 1");
  expect(refusalOf({ stopLimitMs: "5" })).toContain("must be a number");
  expect(refusalOf({ memoryMb: -1 })).toContain("must be a number from 0 on");
  expect(refusalOf({ startLimitMs: 0 })).toContain("must be above 0");
  for (const toxiproxy of ["localhost:8474", "ftp://h", "x"]) expect(refusalOf({ toxiproxy })).toContain("must be the URL of a Toxiproxy");
  expect(refusalOf(JSON.parse('{"__proto__":1}') as JsonObject)).toContain("does not exist");
});
