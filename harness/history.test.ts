// The columns of a history say the same as the operations that they are paired up to.
import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoryBuilder } from "./history.ts";
import type { Json } from "./json.ts";

const event = fc.record({
  timeNs: fc.nat(),
  process: fc.integer({ min: 0, max: 3 }),
  type: fc.constantFrom("invoke", "ok", "fail", "info", "fact", "fault"),
  f: fc.constantFrom("read", "write"),
  phase: fc.constantFrom("warm-up", "faults", "final"),
  value: fc.constantFrom<Json>(null, 1, "x", { key: "a" }),
});

test("counted outcomes are those of the paired operations, strays and open invocations included", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const builder = new HistoryBuilder(1);
      for (const each of events) builder.append(each);
      const history = builder.build();
      const counted = history.countOutcomes();
      const expected = { ok: 0, fail: 0, info: 0 };
      for (const { type } of history.operations) expected[type]++;
      expect(counted).toEqual(expected);
      expect(history.countOutcomes()).toEqual(expected);
    }),
  );
});

test("an invocation may be kept with its function: events and operations read the same", () => {
  const whole = new HistoryBuilder();
  const apart = new HistoryBuilder();
  const common = { timeNs: 5, process: 1, type: "invoke", f: "write", phase: "faults" } as const;
  whole.append({ ...common, value: { f: "write", key: "a", value: 3 } });
  apart.append({ ...common, value: { key: "a", value: 3 } });
  expect(whole.build().event(0)).toEqual(apart.build().event(0));
  expect(whole.build().operations).toEqual(apart.build().operations);
});

test("a history that was built does not see what is appended later", () => {
  const builder = new HistoryBuilder();
  builder.append({ timeNs: 1, process: 0, type: "invoke", f: "read", phase: "faults", value: {} });
  const early = builder.build();
  builder.append({ timeNs: 2, process: 0, type: "fail", f: "read", phase: "faults", error: "no" });
  expect([early.length, early.operations.map(({ type }) => type)]).toEqual([1, ["info"]]);
  expect(builder.build().operations.map(({ error }) => error)).toEqual(["no"]);
});
