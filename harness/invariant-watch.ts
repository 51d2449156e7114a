// Invariants over facts as they arrive: in the run, to end it at the first violation, and again in the judge.
import type { Fact } from "./history.ts";
import type { Json } from "./json.ts";
import type { Judgement } from "./judgement.ts";
import type { Invariant, InvariantJudge, Violation } from "./system.ts";
import type { Evidence } from "./verdict.ts";

interface Watched {
  readonly invariant: Invariant;
  readonly judge: InvariantJudge;
  factCount: number;
  violation: Violation | undefined;
  /** What the judge itself threw. */
  mistake: string | undefined;
}

export class InvariantWatch {
  readonly #all: readonly Watched[];
  readonly #byKind = new Map<string, Watched[]>();

  /** Those of one variant. */
  constructor(invariants: readonly Invariant[], variant: string) {
    this.#all = invariants
      .filter((invariant) => invariant.variants.includes(variant))
      .map((invariant) => ({ invariant, judge: invariant.start(), factCount: 0, violation: undefined, mistake: undefined }));
    for (const watched of this.#all) for (const kind of watched.invariant.facts) this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), watched]);
  }

  /** Answers the invariants that this fact violates; each is asked no more after its first violation. */
  observe(fact: Fact): readonly Invariant[] {
    const watching = this.#byKind.get(fact.kind);
    return watching === undefined ? [] : watching.filter((watched) => isViolated(watched, fact)).map(({ invariant }) => invariant);
  }

  /** By judge, `invariant:ID`. */
  judgements(): ReadonlyMap<string, Judgement> {
    return new Map(this.#all.map((watched) => [`invariant:${watched.invariant.id}`, judgementOf(watched)]));
  }
}

function isViolated(watched: Watched, fact: Fact): boolean {
  if (watched.violation !== undefined || watched.mistake !== undefined) return false;
  watched.factCount++;
  try {
    watched.violation = watched.judge.observe(fact);
  } catch (error) {
    watched.mistake = error instanceof Error ? error.message : String(error);
  }
  return watched.violation !== undefined;
}

function judgementOf({ invariant, factCount, violation, mistake }: Watched): Judgement {
  if (violation !== undefined) return { word: "invalid", why: violation.explanation, evidence: [conflict(invariant, violation)] };
  if (mistake !== undefined) return { word: "unknown", why: `the invariant ${invariant.id} itself failed: ${mistake}`, evidence: [] };
  if (factCount === 0) return { word: "not-exercised", why: `no fact of ${invariant.facts.join(", ")} was stated`, evidence: [] };
  return { word: "valid", why: `held over ${factCount} facts`, evidence: [] };
}

function conflict(invariant: Invariant, { explanation, facts }: Violation): Evidence {
  return { kind: "conflicting-facts", invariant: invariant.id, explanation, facts: facts.map(showFact) };
}

/** A fact as shown to people. */
export function showFact({ timeNs, node, kind, data }: Fact): { readonly timeNs: number; readonly node: string; readonly kind: string; readonly text: string } {
  return { timeNs, node, kind, text: textOf(data) };
}

/** A datum of a fact as shown to people: texts bare, everything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
