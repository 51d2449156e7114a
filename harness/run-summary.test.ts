import { expect, test } from "vitest";
import { HistoryBuilder } from "./history.ts";
import { effectiveFaults } from "./run-summary.ts";

const died = (data: Record<string, boolean | string>): HistoryBuilder => {
  const builder = new HistoryBuilder();
  builder.append({ timeNs: 1, process: -1, type: "fact", f: "node.died", node: "n1", phase: "faults", value: { data } });
  return builder;
};

test("a node that somebody outside the run killed was killed, and claims that exclude kills accuse nobody", () => {
  expect(effectiveFaults(died({ reason: "its process was ended by SIGKILL", isUncaught: false, isFromOutside: true }).build())).toEqual({ kill: 1 });
});

test("a node that died by itself was hit by no fault", () => {
  expect(effectiveFaults(died({ reason: "x is undefined", isUncaught: true }).build())).toEqual({});
});
