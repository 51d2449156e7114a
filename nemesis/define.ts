// The two forms that most nemeses have: faults of some kinds one after the other, or a schedule of one's own.
import type { FaultKind, PlannedFault } from "../harness/faults.ts";
import type { Nemesis, NemesisContext } from "../harness/nemesis.ts";
import { drawFault, lengthsOf, planned, type FaultBody } from "./draw-fault.ts";
import { alternating, type Rhythm, type Window } from "./windows.ts";

export interface SteadyOptions {
  readonly name: string;
  readonly text: string;
  /** One kind after the other, drawn for each fault; kinds that are not allowed are left out. */
  readonly kinds: readonly FaultKind[];
  /** Default: any fault of the kind. */
  readonly draw?: (kind: FaultKind, context: NemesisContext) => FaultBody | undefined;
  /** Calm before each fault, milliseconds. Default 200 to 2,500. */
  readonly calmMs?: readonly [number, number];
  /** Default: by kind. */
  readonly lengthsMs?: readonly [number, number];
}

const usualCalmMs: readonly [number, number] = [200, 2500];

/** Fault, calm, fault, calm: one fault at a time. */
export function steady(options: SteadyOptions): Nemesis {
  const { name, text, kinds, draw = drawFault } = options;
  return {
    name,
    text,
    kinds,
    schedule(context) {
      const usable = kinds.filter((kind) => context.allowed.has(kind));
      const [first] = usable;
      if (first === undefined || context.durationMs < 2) return [];
      return named(
        name,
        alternating(context.random, rhythmOf(options, first, context)).flatMap((window) => {
          const body = draw(context.random.pick(usable, "kind"), context);
          return body === undefined ? [] : [{ body, window }];
        }),
      );
    },
  };
}

function rhythmOf({ calmMs = usualCalmMs, lengthsMs }: SteadyOptions, kind: FaultKind, { durationMs }: NemesisContext): Rhythm {
  const [shortestMs, longestMs] = lengthsMs ?? lengthsOf(kind);
  return { durationMs, shortestMs, longestMs, calmMs };
}

/** Faults in order of their times with ids `NAME.0`, `NAME.1` ... */
export function named(name: string, faults: readonly { readonly body: FaultBody; readonly window: Window }[]): PlannedFault[] {
  return faults.toSorted((a, b) => a.window.atMs - b.window.atMs).map(({ body, window }, index) => planned(`${name}.${index}`, body, window));
}
