// Triggers that must be answered in time.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boundedResponse } from "./response-bound.ts";

const ms = 1e6;

test("accuses a condition that held for the whole bound without an answer, and only that", () => {
  const trigger = (fromMs: number, untilMs: number, subject = "a") => ({ subject, fromNs: fromMs * ms, untilNs: untilMs * ms });
  const long = trigger(0, 100);
  const judgement = boundedResponse({
    triggers: [long, trigger(0, 9, "brief"), trigger(200, 300), trigger(990, Infinity, "late")],
    responses: [
      { subject: "other", atNs: 5 * ms },
      { subject: "a", atNs: 11 * ms },
      { subject: "a", atNs: 207 * ms },
    ],
    boundMs: 10,
    endNs: 995 * ms,
  });
  expect(judgement).toEqual({ missed: [long], answeredAfterMs: [7], undecidedCount: 2 });
});

test("counts an answer at either end of the bound", () => {
  const at = (atNs: number) =>
    boundedResponse({ triggers: [{ subject: "a", fromNs: 0, untilNs: Infinity }], responses: [{ subject: "a", atNs }], boundMs: 10, endNs: Infinity }).missed
      .length;
  expect([at(0), at(10 * ms), at(10 * ms + 1)]).toEqual([0, 0, 1]);
});

test("agrees with the definition", () => {
  const times = fc.nat(40);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom("a", "b"), times, times)),
      fc.array(fc.tuple(fc.constantFrom("a", "b"), times)),
      fc.nat(10),
      fc.integer({ min: 0, max: 50 }),
      (conditions, answers, boundMs, endMs) => {
        const triggers = conditions.map(([subject, fromMs, length]) => ({ subject, fromNs: fromMs * ms, untilNs: (fromMs + length) * ms }));
        const responses = answers.map(([subject, at]) => ({ subject, atNs: at * ms }));
        const expected = triggers.filter(({ subject, fromNs, untilNs }) => {
          const dueNs = fromNs + boundMs * ms;
          return (
            untilNs >= dueNs &&
            endMs * ms >= dueNs &&
            !responses.some((response) => response.subject === subject && response.atNs >= fromNs && response.atNs <= dueNs)
          );
        });
        const judgement = boundedResponse({ triggers, responses, boundMs, endNs: endMs * ms });
        expect(judgement.missed).toEqual(expected);
        expect(judgement.missed.length + judgement.answeredAfterMs.length + judgement.undecidedCount).toBe(triggers.length);
      },
    ),
  );
});
