// From histories to verdicts, without a run: what accuses, what does not, and what counts for nothing.
import { describe, expect, test } from "vitest";
import { stepLimits, type Checker } from "./checker.ts";
import type { FaultKind } from "./faults.ts";
import { claim, registerSystem, registerWorkload, resolvedRegister, written } from "./fixtures/register-system.ts";
import { HistoryBuilder, type History, type NewEvent } from "./history.ts";
import { judge, type Judged } from "./judge.ts";
import type { Json, JsonObject } from "./json.ts";
import type { OutcomeType, Phase } from "./operation.ts";
import type { PhaseOptions, Plan } from "./plan.ts";
import type { RunEnding } from "./run.ts";
import type { Claim, Invariant, System } from "./system.ts";
import type { ClaimWord, Evidence } from "./verdict.ts";

/** A history in a few words. */
class Story {
  readonly #builder = new HistoryBuilder();
  #process = 0;

  #add(event: Partial<NewEvent> & Pick<NewEvent, "type" | "f">): this {
    this.#builder.append({ timeNs: this.#builder.length * 1e6, process: -1, phase: "faults", ...event });
    return this;
  }

  read(
    value: Json,
    options: { readonly type?: OutcomeType; readonly phase?: Phase; readonly error?: string; readonly node?: string; readonly timeNs?: number } = {},
  ): this {
    const { type = "ok", error, ...rest } = options;
    const process = this.#process++;
    this.#add({ type: "invoke", f: "read", process, value: {}, ...rest });
    return this.#add({ type, f: "read", process, ...(type === "ok" ? { value } : { error: error ?? "no" }), ...rest });
  }

  fault(kind: FaultKind, action: "inject" | "lift" | "skip", detail: JsonObject = {}, id: string = kind): this {
    return this.#add({ type: "fault", f: kind, value: { id, action, victims: [], detail } });
  }

  fact(kind: string, data: JsonObject): this {
    return this.#add({ type: "fact", f: kind, node: "n1", value: { incarnation: 1, data } });
  }

  end(): History {
    return this.#builder.build();
  }
}

const ghost = "nobody wrote this";

interface Case {
  readonly claims?: readonly Claim[];
  readonly checker?: Checker<never, never>;
  readonly system?: Partial<System>;
  readonly ending?: RunEnding;
  readonly phases?: PhaseOptions;
  readonly plan?: Partial<Plan>;
}

function judged(history: History, { claims, checker, system, ending = "completed", phases = {}, plan = {} }: Case = {}): Judged {
  const workload = registerWorkload(checker ?? written);
  const whole = registerSystem({ workloads: [workload], ...(claims === undefined ? {} : { claims }), ...system });
  return judge(history, resolvedRegister({ system: whole, plan: { options: { phases }, ...plan } }), { limits: stepLimits(1_000), ending });
}

function words(result: Judged): ClaimWord[] {
  return result.verdict.claims.map(({ verdict }) => verdict);
}

const never: Invariant = {
  id: "never",
  text: "",
  variants: ["default"],
  facts: ["bad"],
  start: () => ({ observe: (fact) => ({ explanation: "it happened", facts: [fact] }) }),
};

describe("a violation", () => {
  test("accuses the claim that names its judge, and names the failure class", () => {
    const result = judged(new Story().read(null).read(ghost).end());
    expect([result.verdict.verdict, result.failureClass, words(result)]).toEqual(["invalid", "R-1/register:written", ["invalid"]]);
  });

  test("within the claim's faults accuses; outside it is listed, and accuses nobody", () => {
    const story = (): Story => new Story().fault("kill", "inject").fault("kill", "lift", { affectedCount: 1 }).read(ghost);
    expect(judged(story().end()).failureClass).toBe("R-1/register:written");
    const outside = judged(story().end(), { claims: [claim("R-1", ["register:written"], { faults: ["partition"] })] });
    expect([outside.verdict.verdict, outside.failureClass, words(outside)]).toEqual(["unknown", null, ["not-exercised"]]);
    expect(outside.verdict.claims[0]?.why).toContain("kill");
    expect(outside.verdict.statistics["uncovered"]).toEqual([{ judge: "register:written", why: "operation 0 read what nobody wrote" }]);
    expect(outside.verdict.why).toContain("outside every claim: register:written");
  });

  test("is not excused by a fault that was skipped or had no effect", () => {
    const claims = [claim("R-1", ["register:written"], { faults: [] })];
    expect(judged(new Story().fault("wipe", "skip").read(ghost).end(), { claims }).failureClass).toBe("R-1/register:written");
    expect(judged(new Story().fault("slow", "inject").fault("slow", "lift", { affectedCount: 0 }).read(ghost).end(), { claims }).failureClass).toBe(
      "R-1/register:written",
    );
    expect(judged(new Story().fault("slow", "inject").read(ghost).end(), { claims }).failureClass).toBe(null);
  });

  test("needs no premise: it is a proof", () => {
    const claims = [claim("R-1", ["register:written"], { premise: { text: "the moon is full", holds: () => false } })];
    expect(words(judged(new Story().read(ghost).end(), { claims }))).toEqual(["invalid"]);
    expect(words(judged(new Story().read(null).end(), { claims }))).toEqual(["not-exercised"]);
  });

  test("outranks everything: an interrupted run, undecided claims, a run without an ok operation", () => {
    const claims = [claim("R-0", ["built-in:recovery"]), claim("R-2", ["invariant:never"]), claim("R-1", ["register:written"])];
    const result = judged(new Story().read(null, { type: "info" }).fact("bad", {}).end(), { claims, system: { invariants: [never] }, ending: "interrupted" });
    expect([result.verdict.verdict, result.failureClass]).toEqual(["invalid", "R-2/invariant:never"]);
  });

  test("shows its evidence once, at the right place", () => {
    const first: Evidence = { kind: "missing-response", property: "x", explanation: "first", operations: [] };
    const second: Evidence = { ...first, explanation: "second" };
    const checker = {
      ...written,
      check: () => ({
        verdict: "invalid",
        why: "w",
        claims: [{ id: "written", verdict: "invalid", why: "w", evidence: [1] }],
        evidence: [first, second],
        statistics: {},
      }),
    } as unknown as Checker<never, never>;
    const claims = [claim("R-2", ["invariant:never"]), claim("R-1", ["register:written"]), claim("R-3", ["register:written"])];
    const { verdict } = judged(new Story().read(null).fact("bad", { term: 7 }).end(), { checker, claims, system: { invariants: [never] } });
    expect(verdict.claims.map(({ evidence }) => evidence)).toEqual([[2], [1], [1]]);
    expect(verdict.evidence).toMatchObject([first, second, { kind: "conflicting-facts", invariant: "never", facts: [{ node: "n1", text: '{"term":7}' }] }]);
  });
});

describe("nothing is valid that was not exercised", () => {
  test("a claim whose judges took no part", () => {
    const result = judged(new Story().read(null).end(), { claims: [claim("R-1", ["register:written"]), claim("Q-1", ["queue:ordered"])] });
    expect(words(result)).toEqual(["valid", "not-exercised"]);
    expect(result.verdict.verdict).toBe("valid");
  });

  test("a claim whose premise did not occur", () => {
    const result = judged(new Story().read(null, { type: "fail" }).end());
    expect([words(result), result.verdict.verdict]).toEqual([["not-exercised"], "unknown"]);
  });

  test("an invariant without facts, a probe that was never reached", () => {
    const claims = [claim("R-2", ["invariant:never"]), claim("R-3", ["probe:seen"])];
    const result = judged(new Story().read(null).end(), { claims, system: { invariants: [never] } });
    expect([words(result), result.verdict.verdict]).toEqual([["not-exercised", "not-exercised"], "unknown"]);
    const reached = judged(
      new Story()
        .read(null)
        .fact("probes.counted", { seen: { heldCount: 3, failedCount: 0 } })
        .end(),
      { claims, system: { invariants: [never] } },
    );
    expect(words(reached)).toEqual(["not-exercised", "valid"]);
  });

  test("a run without one ok operation, an empty one included", () => {
    const claims = [claim("R-1", ["register:written"], { premise: { text: "", holds: () => true } })];
    expect(judged(new Story().read(null, { type: "info" }).end(), { claims }).verdict.verdict).toBe("unknown");
    expect(judged(new Story().end(), { claims }).verdict.verdict).toBe("unknown");
  });

  test("a run that was not completed, and its claims", () => {
    for (const ending of ["interrupted", "failed", "never-ready", "stopped-at-violation"] as const) {
      const result = judged(new Story().read(null).end(), { ending });
      expect([result.verdict.verdict, words(result)]).toEqual(["unknown", ["unknown"]]);
    }
  });
});

describe("what is undecided", () => {
  test("makes the run unknown", () => {
    const checker = {
      ...written,
      check: () => ({
        verdict: "unknown",
        why: "out of steps",
        claims: [{ id: "written", verdict: "unknown", why: "out of steps", evidence: [] }],
        evidence: [],
        statistics: {},
      }),
    } as unknown as Checker<never, never>;
    const result = judged(new Story().read(null).end(), { checker });
    expect([result.verdict.verdict, words(result), result.verdict.why]).toEqual(["unknown", ["unknown"], "R-1 is undecided: out of steps"]);
  });

  test("is a checker that is silent about a property, or accuses without saying of what", () => {
    const silent = { ...written, check: () => ({ verdict: "valid", why: "", claims: [], evidence: [], statistics: {} }) } as unknown as Checker<never, never>;
    expect(words(judged(new Story().read(null).end(), { checker: silent }))).toEqual(["unknown"]);
    const vague = { ...written, check: () => ({ verdict: "invalid", why: "bad", claims: [], evidence: [], statistics: {} }) } as unknown as Checker<
      never,
      never
    >;
    const result = judged(new Story().read(null).end(), { checker: vague });
    expect([words(result), result.verdict.claims[0]?.why]).toEqual([
      ["unknown"],
      "the checker of register failed: it says invalid (bad) of no property in particular",
    ]);
  });

  test("is an invariant or a premise that throws", () => {
    const broken: Invariant = {
      ...never,
      start: () => ({
        observe: () => {
          throw new Error("typo");
        },
      }),
    };
    const claims = [
      claim("R-2", ["invariant:never"]),
      claim("R-1", ["register:written"], {
        premise: {
          text: "",
          holds: () => {
            throw new Error("hm");
          },
        },
      }),
    ];
    const result = judged(new Story().read(null).fact("bad", {}).end(), { claims, system: { invariants: [broken] } });
    expect(words(result)).toEqual(["unknown", "unknown"]);
  });
});

describe("a claim that names a judge which does not exist", () => {
  test.each(["register:writen", "invariant:nver", "built-in:recovry", "nonsense"])("%s is refused", (name) => {
    expect(() => judged(new Story().read(null).end(), { claims: [claim("R-1", [name])] })).toThrow(name);
  });
});

describe("probes", () => {
  const failed = (): Story => new Story().read(null).fact("probe.failed", { id: "balanced", kind: "always", detail: { a: 1 } });

  test("accuse by themselves when no claim names them", () => {
    const result = judged(failed().end());
    expect([result.verdict.verdict, result.failureClass]).toEqual(["invalid", "probe:balanced/probe:balanced"]);
  });

  test("accuse the claim that names them, and none but it", () => {
    const result = judged(failed().end(), { claims: [claim("R-1", ["register:written"]), claim("R-4", ["probe:balanced"])] });
    expect([result.failureClass, words(result)]).toEqual(["R-4/probe:balanced", ["valid", "invalid"]]);
  });

  test("do not accuse under faults that the variant does not survive", () => {
    const result = judged(failed().fault("wipe", "inject").end());
    expect([result.failureClass, result.verdict.verdict]).toEqual([null, "unknown"]);
  });
});

describe("the built-in judges", () => {
  const of = (name: string, history: History, options: Case = {}): ClaimWord | undefined =>
    words(judged(history, { claims: [claim("X", [`built-in:${name}`])], ...options }))[0];
  const real: Case = { plan: { runtime: "process" } };

  test("recovery wants every final operation to be ok", () => {
    expect(of("recovery", new Story().read(null).end())).toBe("not-exercised");
    expect(of("recovery", new Story().read(null).read(null, { phase: "final" }).end())).toBe("valid");
    const bad = new Story().read(null).read(null, { phase: "final" }).read(null, { phase: "final", type: "fail" }).end();
    expect([of("recovery", bad), of("recovery", bad, { ending: "interrupted" }), of("recovery", bad, real)]).toEqual(["invalid", "unknown", "unknown"]);
  });

  test("in real time recovery is asked for once more, and blamed only where no event loop stalled", () => {
    const bad: [Json, object] = [null, { phase: "final", type: "fail" }];
    const twice = (late: [Json, object], lagMs?: number): History => {
      const story = new Story()
        .read(null)
        .read(...bad)
        .fact("final-reads.repeated", {})
        .read(...late);
      return (lagMs === undefined ? story : story.fact("event-loop.lag", { recorder: 3, n1: lagMs })).end();
    };
    expect(of("recovery", twice([null, { phase: "final" }], 500), real)).toBe("valid");
    expect(of("recovery", twice(bad, 99), real)).toBe("invalid");
    expect([of("recovery", twice(bad, 100), real), of("recovery", twice(bad), real)]).toEqual(["unknown", "unknown"]);
    expect(of("recovery", twice(bad, 99), { ...real, ending: "interrupted" })).toBe("unknown");
  });

  test("operations-end blames operations that the runner had to end", () => {
    expect(of("operations-end", new Story().read(null).read(null, { type: "info", error: "Timeout" }).end())).toBe("valid");
    const hanging = new Story().read(null).read(null, { type: "info", error: "no answer within 500 ms" }).end();
    expect([of("operations-end", hanging), of("operations-end", hanging, real)]).toEqual(["invalid", "unknown"]);
    const measured = new Story().read(null).read(null, { type: "info", error: "no answer within 5000 ms" });
    expect(of("operations-end", measured.fact("event-loop.lag", { recorder: 5 }).end(), real)).toBe("invalid");
  });

  test("no-uncaught-exception tells an exception from a node that ended itself", () => {
    const died = (isUncaught: boolean): History => new Story().read(null).fact("node.died", { reason: "x is undefined", isUncaught }).end();
    expect([of("no-uncaught-exception", died(false)), of("no-uncaught-exception", died(true)), of("no-uncaught-exception", died(true), real)]).toEqual([
      "valid",
      "invalid",
      "invalid",
    ]);
    const unclaimed = judged(died(true));
    expect([unclaimed.verdict.verdict, unclaimed.verdict.statistics["uncovered"]]).toEqual([
      "valid",
      [{ judge: "built-in:no-uncaught-exception", why: "n1 died of an uncaught exception: x is undefined" }],
    ]);
  });

  describe("core-liveness", () => {
    const isolated = (): Story => new Story().read(null).fault("kill", "inject", { core: ["n1", "n2"] }, "core-liveness");
    const asked = (node: string, type: OutcomeType, timeMs: number): [Json, object] => [null, { node, type, phase: "core-liveness", timeNs: timeMs * 1e6 }];
    const phases = { coreLivenessMs: 1_000 };

    test("wants an answer of every core node", () => {
      expect(of("core-liveness", new Story().read(null).end(), { phases })).toBe("not-exercised");
      expect(
        of(
          "core-liveness",
          isolated()
            .read(...asked("n1", "ok", 10))
            .read(...asked("n2", "ok", 20))
            .end(),
          { phases },
        ),
      ).toBe("valid");
      const silent = isolated()
        .read(...asked("n1", "ok", 10))
        .read(...asked("n2", "info", 20))
        .read(...asked("n2", "fail", 900))
        .end();
      expect([of("core-liveness", silent, { phases }), of("core-liveness", silent, { phases, ...real })]).toEqual(["invalid", "unknown"]);
    });

    test("blames nobody who was not asked to the end, or was struck again", () => {
      expect(
        of(
          "core-liveness",
          isolated()
            .read(...asked("n1", "ok", 10))
            .end(),
          { phases },
        ),
      ).toBe("unknown");
      expect(
        of(
          "core-liveness",
          isolated()
            .read(...asked("n1", "ok", 10))
            .read(...asked("n2", "info", 20))
            .end(),
          { phases },
        ),
      ).toBe("unknown");
      expect(
        of(
          "core-liveness",
          isolated()
            .fault("kill", "inject", {}, "late")
            .read(...asked("n1", "ok", 10))
            .read(...asked("n2", "info", 900))
            .end(),
          { phases },
        ),
      ).toBe("unknown");
    });
  });
});

test("judging is repeatable from the history alone", () => {
  const history = new Story().read(null).fact("bad", {}).read(ghost).end();
  const options: Case = { claims: [claim("R-2", ["invariant:never"]), claim("R-1", ["register:written"])], system: { invariants: [never] } };
  expect(judged(history, options)).toEqual(judged(history, options));
});
