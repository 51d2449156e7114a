// The matchers: a linearizable history passes, one that is not fails with its witness, and `not` turns both around.
import { expect, test } from "vitest";
import { registerModel } from "../checkers/linearizability/index.ts";
import { HistoryBuilder, type History } from "../harness/history.ts";
import { registerWorkload } from "../workloads/index.ts";
import "./vitest.ts";

test("a history in which a read follows its write is linearizable", () => {
  expect(readAfterWrite("1")).toBeLinearizable(registerModel);
  expect(readAfterWrite("1")).toKeep(registerWorkload);
});

test("a stale read is not, and the failure says which read", () => {
  expect(readAfterWrite(null)).not.toBeLinearizable(registerModel);
  expect(() => expect(readAfterWrite(null)).toBeLinearizable(registerModel)).toThrow(/process 1/);
  expect(() => expect(readAfterWrite("1")).not.toBeLinearizable(registerModel)).toThrow(/not to be linearizable/);
});

function readAfterWrite(value: string | null): History {
  const builder = new HistoryBuilder();
  const event = { timeNs: 0, phase: "faults" } as const;
  builder.append({ ...event, process: 0, type: "invoke", f: "write", value: { key: "x", value: "1" } });
  builder.append({ ...event, process: 0, type: "ok", f: "write", value: null });
  builder.append({ ...event, process: 1, type: "invoke", f: "read", value: { key: "x" } });
  builder.append({ ...event, process: 1, type: "ok", f: "read", value });
  return builder.build();
}
