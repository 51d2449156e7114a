// The algebra in simulated time: every combinator's rule; what holds for all of them is `properties.test.ts`.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Generator } from "../generator.ts";
import type { Input } from "../operation.ts";
import { execute, imperfect, ok, type Executed } from "./fixtures/simulated-executor.ts";
import {
  any,
  concat,
  concurrencyLimit,
  cycle,
  delay,
  eachNode,
  filter,
  flipFlop,
  fromFunction,
  fromInvocations,
  limit,
  map,
  mix,
  nothing,
  once,
  onNode,
  perClient,
  phases,
  processLimit,
  repeat,
  reserve,
  sleep,
  stagger,
  synchronize,
  timeLimit,
  untilOk,
  whileFault,
} from "./index.ts";

const a: Input = { f: "a" };
const b: Input = { f: "b" };
const c: Input = { f: "c" };

function letters(executed: readonly Executed[]): string {
  return executed.map(({ input }) => input.f).join("");
}

function mostAtOnce(executed: readonly Executed[]): number {
  return Math.max(0, ...executed.map(({ fromMs }) => executed.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs).length));
}

describe("sources", () => {
  test("once gives one operation, nothing none, repeat as many as are asked for", () => {
    expect(letters(execute(once(a)))).toBe("a");
    expect(letters(execute(nothing()))).toBe("");
    expect(letters(execute(limit(7, repeat(a))))).toBe("aaaaaaa");
  });

  test("fromFunction asks again for each operation, sees the time, and may pass or end", () => {
    const late = fromFunction(({ timeMs }) => (timeMs >= 30 ? "done" : timeMs >= 20 ? "wait-for-event" : a));
    const executed = execute(late, { clients: 2 });
    expect(executed.map(({ fromMs }) => fromMs)).toEqual([0, 0, 10, 10]);
  });

  test("fromInvocations may name the time, which is waited for", () => {
    const times = [25, 40];
    const generator = concat(
      ...times.map((atMs) =>
        limit(
          1,
          fromInvocations(() => ({ input: a, atMs })),
        ),
      ),
    );
    expect(execute(generator).map(({ fromMs }) => fromMs)).toEqual([25, 40]);
  });
});

describe("limits", () => {
  test("limit is never exceeded, whatever becomes of the operations", () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 6 }), fc.string(), (count, clients, seed) => {
        expect(execute(limit(count, mix(repeat(a), repeat(b))), { clients, seed, outcome: imperfect })).toHaveLength(count);
      }),
    );
  });

  test("timeLimit counts from the first operation and lets the last ones complete", () => {
    const executed = execute(concat(sleep<Input>(50), timeLimit(100, delay(30, repeat(a)))));
    expect(executed.map(({ fromMs }) => fromMs)).toEqual([50, 80, 110, 140]);
  });

  test("timeLimit ends on time what would only wait", () => {
    const executed = execute(
      concat(
        timeLimit(
          100,
          any(
            once(a),
            fromFunction(() => "wait-for-event"),
          ),
        ),
        once(b),
      ),
    );
    expect(executed.map(({ input, fromMs }) => [input.f, fromMs])).toEqual([
      ["a", 0],
      ["b", 100],
    ]);
  });

  test("processLimit ends after so many processes, retired ones included", () => {
    const executed = execute(processLimit(7, repeat(a)), { clients: 3, outcome: () => ({ type: "info", error: "?" }) });
    expect(new Set(executed.map(({ process }) => process)).size).toBe(7);
    expect(executed).toHaveLength(7);
  });

  test("processLimit goes on with the processes it has while they live", () => {
    const executed = execute(limit(50, processLimit(2, repeat(a))), { clients: 5 });
    expect(new Set(executed.map(({ process }) => process)).size).toBe(2);
    expect(executed).toHaveLength(50);
  });

  test("concurrencyLimit bounds its own operations, not those of others", () => {
    const executed = execute(any(limit(20, concurrencyLimit(2, repeat(a))), limit(20, repeat(b))), { clients: 6 });
    expect(mostAtOnce(executed.filter(({ input }) => input.f === "a"))).toBe(2);
    expect(mostAtOnce(executed.filter(({ input }) => input.f === "b"))).toBeGreaterThan(2);
    expect(executed).toHaveLength(40);
  });

  test("untilOk goes on until one of its own operations is ok, whatever its siblings do", () => {
    let count = 0;
    const third = (_random: unknown, input: Input) => (input.f === "b" || ++count === 3 ? ok : ({ type: "fail", error: "no" } as const));
    const executed = execute(concat(untilOk(concurrencyLimit(1, repeat(a))), once(c)), { outcome: third });
    expect(letters(executed)).toBe("aaac");
    count = 0;
    expect(letters(execute(any(untilOk(concurrencyLimit(1, repeat(a))), limit(20, repeat(b))), { outcome: third })).replaceAll("b", "")).toBe("aaa");
  });
});

describe("pace", () => {
  test("stagger's mean rate is the one asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.string(), (rateHz, seed) => {
        const executed = execute(stagger(rateHz, repeat(a)), { clients: 50, latencyMs: 1, untilMs: 100_000, seed });
        // A sum of n gaps, each with variance (gap^2)/3: five standard deviations.
        const expected = 100 * rateHz;
        expect(Math.abs(executed.length - expected)).toBeLessThan(5 * Math.sqrt(expected / 3) + 2);
      }),
      { numRuns: 20 },
    );
  });

  test("stagger's gaps are spread over 0 to twice the mean", () => {
    const times = execute(stagger(10, repeat(a)), { clients: 50, latencyMs: 1, untilMs: 100_000 }).map(({ fromMs }) => fromMs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(200);
    expect(Math.max(...gaps)).toBeGreaterThan(180);
    expect(Math.min(...gaps)).toBeLessThan(20);
  });

  test("delay keeps its rate and catches up after a hold-up", () => {
    const executed = execute(limit(6, delay(10, repeat(a))), { clients: 1, latencyMs: 25 });
    expect(executed.map(({ fromMs }) => fromMs)).toEqual([0, 25, 50, 75, 100, 125]);
    const silence = whileFault<Input>({ calm: repeat(a), trouble: fromFunction(() => "wait-for-event") });
    const faults = [
      { atMs: 5, id: "x", action: "inject" },
      { atMs: 45, id: "x", action: "lift" },
    ] as const;
    const relieved = execute(limit(7, delay(10, silence)), { clients: 20, faults });
    expect(relieved.map(({ fromMs }) => fromMs)).toEqual([0, 45, 45, 45, 45, 50, 60]);
  });

  test("sleep in a sequence counts from what the sequence did last, not from what others do", () => {
    const executed = execute(any(concat(once(a), sleep<Input>(100), once(b)), delay(30, repeat(c))), { untilMs: 300 });
    expect(executed.find(({ input }) => input.f === "b")?.fromMs).toBe(110);
  });
});

describe("sequences", () => {
  test("concat goes on without waiting, phases wait for every client", () => {
    const parts = [limit(3, repeat(a)), limit(3, repeat(b))] as const;
    expect(execute(concat(...parts)).map(({ fromMs }) => fromMs)).toEqual([0, 0, 0, 0, 0, 10]);
    expect(execute(phases(...parts)).map(({ fromMs }) => fromMs)).toEqual([0, 0, 0, 10, 10, 10]);
  });

  test("synchronize waits for operations of others, then lets all through", () => {
    const executed = execute(concat(limit(2, repeat(a)), synchronize(limit(8, repeat(b)))), { clients: 4 });
    expect(executed.filter(({ input }) => input.f === "b").map(({ fromMs }) => fromMs)).toEqual([10, 10, 10, 10, 20, 20, 20, 20]);
  });

  test("a barrier inside reserve waits for the clients of its part only", () => {
    const part = phases(limit(2, repeat(a)), limit(2, repeat(b)));
    const executed = execute(reserve([{ count: 2, generator: part }], repeat(c)), { clients: 4, untilMs: 60 });
    expect(executed.filter(({ input }) => input.f === "b").map(({ fromMs }) => fromMs)).toEqual([10, 10]);
  });

  test("cycle begins again, and ends if there is nothing to repeat", () => {
    expect(letters(execute(limit(5, cycle(concat(once(a), once(b))))))).toBe("ababa");
    expect(letters(execute(cycle(nothing())))).toBe("");
  });

  test("flipFlop alternates until one is done", () => {
    expect(letters(execute(flipFlop(limit(3, repeat(a)), repeat(b))))).toBe("ababab");
  });

  test("a later member of a sequence knows which faults began before its turn", () => {
    const generator = concat(limit(1, delay(100, repeat(a))), sleep<Input>(100), limit(1, whileFault({ calm: repeat(b), trouble: repeat(c) })));
    expect(letters(execute(generator, { faults: [{ atMs: 5, id: "x", action: "inject" }] }))).toBe("ac");
  });
});

describe("choices", () => {
  test("mix chooses uniformly", () => {
    const counts = Map.groupBy(execute(limit(3_000, mix(repeat(a), repeat(b), repeat(c)))), ({ input }) => input.f);
    for (const letter of ["a", "b", "c"]) expect(Math.abs((counts.get(letter)?.length ?? 0) - 1_000)).toBeLessThan(130);
  });

  test("mix does not starve on a member that waits", () => {
    const executed = execute(
      mix(
        fromFunction(() => "wait-for-event"),
        limit(10, repeat(a)),
        delay(1_000, limit(2, repeat(b))),
      ),
    );
    expect(executed.filter(({ input, fromMs }) => input.f === "a" && fromMs < 100)).toHaveLength(10);
    expect(executed.filter(({ input }) => input.f === "b")).toHaveLength(2);
  });

  test("any takes whichever comes first and is done when all are", () => {
    const executed = execute(any(delay(30, limit(3, repeat(a))), delay(50, limit(2, repeat(b)))));
    expect(executed.map(({ fromMs }) => fromMs)).toEqual([0, 0, 30, 50, 60]);
  });

  test("whileFault switches while at least one fault is in force", () => {
    const faults = [
      { atMs: 100, id: "x", action: "inject" },
      { atMs: 150, id: "y", action: "inject" },
      { atMs: 200, id: "x", action: "lift" },
      { atMs: 300, id: "y", action: "lift" },
    ] as const;
    const executed = execute(delay(20, whileFault({ calm: repeat(a), trouble: repeat(b) })), { faults, untilMs: 400 });
    const troubled = executed.filter(({ input }) => input.f === "b").map(({ fromMs }) => fromMs);
    expect([Math.min(...troubled), Math.max(...troubled)]).toEqual([100, 280]);
    expect(letters(executed)).toMatch(/^a+b+a+$/);
  });
});

describe("clients and nodes", () => {
  test("perClient gives every slot a copy of its own, which outlives its processes", () => {
    const executed = execute(perClient(limit(4, repeat(a))), { clients: 3, outcome: imperfect });
    for (const slot of [0, 1, 2]) expect(executed.filter((operation) => operation.slot === slot)).toHaveLength(4);
    expect(executed).toHaveLength(12);
  });

  test("reserve keeps each kind of work to its clients", () => {
    const executed = execute(
      reserve(
        [
          { count: 2, generator: limit(20, repeat(a)) },
          { count: 1, generator: limit(20, repeat(b)) },
        ],
        limit(20, repeat(c)),
      ),
      { clients: 5 },
    );
    const slots = (letter: string): number[] =>
      [...new Set(executed.filter(({ input }) => input.f === letter).map(({ slot }) => slot))].toSorted((x, y) => x - y);
    expect([slots("a"), slots("b"), slots("c")]).toEqual([[0, 1], [2], [3, 4]]);
    expect(executed).toHaveLength(60);
  });

  test("reserve with more reserved than there are clients is done when those that exist are", () => {
    expect(
      letters(
        execute(
          reserve(
            [
              { count: 2, generator: limit(2, repeat(a)) },
              { count: 2, generator: once(b) },
            ],
            once(c),
          ),
          { clients: 2 },
        ),
      ),
    ).toBe("aa");
  });

  test("eachNode addresses every node, onNode one", () => {
    expect(execute(eachNode((node) => once({ f: `read ${node}` }))).map(({ node, input }) => [node, input.f])).toEqual([
      ["n1", "read n1"],
      ["n2", "read n2"],
      ["n3", "read n3"],
    ]);
    expect(execute(onNode("n2", limit(2, repeat(a)))).map(({ node }) => node)).toEqual(["n2", "n2"]);
  });

  test("work that names nobody is spread over all clients", () => {
    const executed = execute(concurrencyLimit(1, limit(60, repeat(a))), { clients: 4 });
    for (const slot of [0, 1, 2, 3]) expect(executed.filter((operation) => operation.slot === slot).length).toBeGreaterThan(5);
  });
});

describe("transforms", () => {
  test("map changes every input, filter drops some, both keep the order", () => {
    let count = 0;
    const numbers = (): Generator => fromFunction(() => ({ f: "n", value: count++ }));
    expect(
      execute(
        limit(
          3,
          map((input) => ({ ...input, f: "m" }), numbers()),
        ),
      ).map(({ input }) => [input.f, input["value"]]),
    ).toEqual([
      ["m", 0],
      ["m", 1],
      ["m", 2],
    ]);
    count = 0;
    expect(
      execute(
        limit(
          3,
          filter((input) => Number(input["value"]) % 2 === 1, numbers()),
        ),
      ).map(({ input }) => input["value"]),
    ).toEqual([1, 3, 5]);
  });

  test("a filter that nothing passes is a mistake, not a hang", () => {
    expect(() => execute(filter(() => false, repeat(a)))).toThrow("10000 operations in a row");
  });
});
