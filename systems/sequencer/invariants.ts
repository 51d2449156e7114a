// What the nodes' own facts must never say: two grants of one number, two holders of one stretch, a refusal without need.
// They see ids in answers that were lost, which a history cannot.
import type { Fact } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Invariant, InvariantJudge, Violation } from "../../harness/system.ts";
import { decodeSnowflake, type SnowflakeFields } from "../parts/snowflake.ts";

const numbered = ["central", "central-block", "snowflake", "hlc"];
const all = [...numbered, "uuid4", "uuid7"];

export const invariants: readonly Invariant[] = [
  {
    id: "handed-once",
    text: "No id is in two answers, lost answers included.",
    variants: all,
    facts: ["sequencer.handed"],
    start: () => handedOnce(),
  },
  {
    id: "blocks-disjoint",
    text: "No number is in two leased blocks.",
    variants: ["central-block"],
    facts: ["sequencer.block"],
    start: () => blocksDisjoint(),
  },
  {
    id: "holdings-disjoint",
    text: "The ids that two holders of one slot (or two incarnations of one node) make do not interleave.",
    variants: ["snowflake", "hlc"],
    facts: ["sequencer.handed"],
    start: () => holdingsDisjoint(),
  },
  {
    id: "within-stretch",
    text: "Every id is of the slot and within the stretch of time that its holder was granted.",
    variants: ["snowflake"],
    facts: ["sequencer.slot", "sequencer.handed"],
    start: () => withinStretch(),
  },
  {
    id: "serves-while-entitled",
    text: "A node that holds what it needs (a block, a lease, its clock) refuses no request.",
    variants: ["central-block", "snowflake", "uuid4", "uuid7", "hlc"],
    // Answers too: a run in which nothing was refused has put it to the test.
    facts: ["sequencer.refused", "sequencer.handed"],
    start: () => ({ observe: refusedWithoutNeed }),
  },
];

/** An inclusive stretch of numbers and who stated it. */
interface Stretch {
  readonly low: bigint;
  readonly high: bigint;
  readonly fact: Fact;
}

/** Stretches that do not overlap, ascending. O(log n) to look, O(n) to insert in the middle. */
class Stretches {
  private readonly stretches: Stretch[] = [];

  /** The one that overlaps, or undefined after adding. */
  add(stretch: Stretch): Stretch | undefined {
    let [low, high] = [0, this.stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.stretches[middle]?.high ?? 0n) < stretch.low) low = middle + 1;
      else high = middle;
    }
    const next = this.stretches[low];
    if (next !== undefined && next.low <= stretch.high) return next;
    this.stretches.splice(low, 0, stretch);
    return undefined;
  }
}

function handedOnce(): InvariantJudge {
  const lanes = new Map<string, Stretches>();
  const texts = new Map<string, Fact>();
  return {
    observe(fact) {
      for (const id of textsOf(fact.data["ids"])) {
        const earlier = texts.get(id);
        if (earlier !== undefined) return conflict(`id ${id} was given by ${earlier.node} and again by ${fact.node}`, earlier, fact);
        texts.set(id, fact);
      }
      const lane = entry(lanes, textOf(fact.data["lane"]), () => new Stretches());
      for (const { low, high } of runsOf(fact.data["runs"])) {
        const overlap = lane.add({ low, high, fact });
        if (overlap !== undefined)
          return conflict(`ids ${low} to ${high} of ${fact.node} overlap ids ${overlap.low} to ${overlap.high} of ${overlap.fact.node}`, overlap.fact, fact);
      }
      return undefined;
    },
  };
}

function blocksDisjoint(): InvariantJudge {
  const blocks = new Stretches();
  return {
    observe(fact) {
      const [low, high] = [BigInt(textOf(fact.data["from"])), BigInt(textOf(fact.data["to"]))];
      const overlap = blocks.add({ low, high, fact });
      return (
        overlap &&
        conflict(`block ${low} to ${high} of ${fact.node} overlaps block ${overlap.low} to ${overlap.high} of ${overlap.fact.node}`, overlap.fact, fact)
      );
    },
  };
}

/** By lane and token the span from the lowest to the highest id, whatever the order in which they were stated. */
function holdingsDisjoint(): InvariantJudge {
  const lanes = new Map<string, Map<number, Stretch>>();
  return {
    observe(fact) {
      const lane = textOf(fact.data["lane"]);
      const holdings = entry(lanes, lane, () => new Map<number, Stretch>());
      const token = Number(fact.data["token"]);
      const runs = runsOf(fact.data["runs"]);
      const known = holdings.get(token);
      const low = lowest(runs.map((run) => run.low).concat(known?.low ?? []));
      const high = highest(runs.map((run) => run.high).concat(known?.high ?? []));
      if (low === undefined || high === undefined) return undefined;
      holdings.set(token, { low, high, fact });
      for (const [other, stretch] of holdings) {
        if (other === token || stretch.high < low || high < stretch.low) continue;
        return conflict(
          `in ${lane}, ids under token ${token} (${low} to ${high}, ${fact.node}) interleave with ids under token ${other} (${stretch.low} to ${stretch.high}, ${stretch.fact.node})`,
          stretch.fact,
          fact,
        );
      }
      return undefined;
    },
  };
}

/** Grants and renewals are stated by the holder before it uses them, so they come before its ids in every runtime. */
function withinStretch(): InvariantJudge {
  const grants = new Map<number, Fact>();
  return {
    observe(fact) {
      const token = Number(fact.data["token"]);
      if (fact.kind === "sequencer.slot") grants.set(token, fact);
      const grant = grants.get(token);
      if (fact.kind === "sequencer.slot" || grant === undefined) return undefined;
      const stray = runsOf(fact.data["runs"])
        .flatMap(({ low, high }) => [low, high])
        .find((id) => !isGranted(decodeSnowflake(id.toString()), grant));
      return stray === undefined
        ? undefined
        : conflict(`${fact.node} made ${stray} under token ${token}, outside the slot or the stretch of time of its grant`, grant, fact);
    },
  };
}

function isGranted(id: SnowflakeFields | null, { data }: Fact): boolean {
  return id !== null && id.slot === data["slot"] && id.timeMs > Number(data["aboveMs"]) && id.timeMs <= Number(data["horizonMs"]);
}

function refusedWithoutNeed(fact: Fact): Violation | undefined {
  if (fact.data["isEntitled"] !== true) return undefined;
  return { explanation: `${fact.node} refused (${textOf(fact.data["reason"])}) although it held all that it needed`, facts: [fact] };
}

function conflict(explanation: string, earlier: Fact, later: Fact): Violation {
  return { explanation, facts: [earlier, later] };
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

function runsOf(runs: Json | undefined): { readonly low: bigint; readonly high: bigint }[] {
  if (!Array.isArray(runs)) return [];
  return runs.flatMap((run: Json) => (Array.isArray(run) ? [{ low: BigInt(textOf(run[0])), high: BigInt(textOf(run[1])) }] : []));
}

function textsOf(ids: Json | undefined): string[] {
  return Array.isArray(ids) ? ids.map(textOf) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function lowest(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((least, value) => (least === undefined || value < least ? value : least), undefined);
}

function highest(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((most, value) => (most === undefined || value > most ? value : most), undefined);
}
