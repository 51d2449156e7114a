// What holds for every generator that the algebra can build: answers without effect, runs that repeat.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Generator, GeneratorContext, Step } from "../generator.ts";
import type { Input } from "../operation.ts";
import { seededRandom } from "../random.ts";
import { execute, imperfect, ok, type Executed } from "./fixtures/simulated-executor.ts";
import {
  any,
  concat,
  concurrencyLimit,
  cycle,
  delay,
  eachNode,
  flipFlop,
  fromFunction,
  limit,
  mix,
  nothing,
  once,
  perClient,
  phases,
  processLimit,
  repeat,
  reserve,
  stagger,
  synchronize,
  timeLimit,
  untilOk,
  whileFault,
} from "./index.ts";
import { isInvoke } from "./step.ts";

const a: Input = { f: "a" };
const b: Input = { f: "b" };
const c: Input = { f: "c" };

describe("all generators", () => {
  const leaf = fc.constantFrom<() => Generator>(
    () => limit(5, repeat(a)),
    () => once(b),
    () => repeat(c),
    () => nothing(),
    () => fromFunction(({ random }) => ({ f: "d", value: random.below(9, "v") })),
  );
  const { generator } = fc.letrec<{ generator: () => Generator }>((tie) => ({
    generator: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.tuple(tie("generator"), tie("generator"), fc.nat({ max: 9 })).map(([left, right, choice]) => (): Generator => {
        const [l, r] = [left(), right()];
        const made = [
          mix(l, r),
          any(l, r),
          concat(l, r),
          phases(l, r),
          flipFlop(l, r),
          whileFault({ calm: l, trouble: r }),
          reserve([{ count: 2, generator: l }], r),
          perClient(concat(l, r)),
          cycle(concat(l, r)),
          eachNode(() => concat(limit(2, l), limit(2, r))),
        ];
        return made[choice] ?? l;
      }),
      fc.tuple(tie("generator"), fc.nat({ max: 7 })).map(([child, choice]) => (): Generator => {
        const g = child();
        const made = [limit(7, g), timeLimit(200, g), stagger(50, g), delay(15, g), concurrencyLimit(2, g), processLimit(6, g), untilOk(g), synchronize(g)];
        return made[choice] ?? g;
      }),
    ),
  }));

  test("answer the same when asked twice, before and after other questions", () => {
    fc.assert(
      fc.property(generator, fc.string(), (make, seed) => {
        const context = (): GeneratorContext => ({ timeMs: 0, free: [0, 1, 2, 3, 4], clientCount: 5, nodes: ["n1"], random: seededRandom(seed) });
        const whole = make();
        const first = whole.next(context());
        if (isInvoke(first)) void first.then.next(context());
        void whole.update(context(), { kind: "completed", process: 0, input: a, outcome: ok });
        expect(asked(whole.next(context()))).toEqual(asked(first));
      }),
      { numRuns: 300 },
    );
  });

  test("run to the end with imperfect clients, in the same way for the same seed, and only ever name free processes", () => {
    fc.assert(
      fc.property(generator, fc.string(), (make, seed) => {
        const simulation = { seed, outcome: imperfect, untilMs: 300, clients: 4, faults: [{ atMs: 50, id: "x", action: "inject" }] } as const;
        const bounded = (): Executed[] => execute(limit(100, make()), simulation);
        expect(bounded()).toEqual(bounded());
      }),
      { numRuns: 300 },
    );
  });
});

/** The answer without the generator that follows, whose identity is of no concern. */
function asked(step: Step): unknown {
  return isInvoke(step) ? step.invoke : step;
}
