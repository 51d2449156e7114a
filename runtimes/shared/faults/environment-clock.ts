// Clocks of our own nodes, set wrong in their Environment: exact, for offsets of any size. The default.
import type { JsonObject } from "../../../harness/json.ts";
import type { ClockError } from "../wire/control.ts";
import type { Member } from "../cluster/member.ts";
import type { ClockMechanism, ClockReading } from "./clock-mechanism.ts";

/** A node reads both clocks one after the other, in whole milliseconds, and may be interrupted in between. */
const toleranceMs = 5;
/** Interruptions do not repeat for ever; a clock that does not obey does. */
const attemptCount = 3;

export function environmentClock(): ClockMechanism {
  return {
    name: "environment",
    capability: () => true,
    refusal: () => undefined,
    apply: setAndRead,
    // The member tells every incarnation before its node begins.
    started: () => Promise.resolve(),
    close: () => undefined,
  };
}

async function setAndRead(member: Member, error: ClockError): Promise<ClockReading | undefined> {
  let measuredMs = Number.NaN;
  let expectedMs = Number.NaN;
  for (let attempt = 0; attempt < attemptCount; attempt++) {
    const detail = await member.setClock(error);
    if (detail === undefined) return undefined;
    const { wallMs, realMs } = readingOf(member, detail);
    measuredMs = wallMs - realMs;
    expectedMs = offsetAt(error, realMs);
    if (Math.abs(measuredMs - expectedMs) <= toleranceMs) return { offsetMs: measuredMs, errorMs: toleranceMs };
  }
  throw new Error(`the clock of ${member.name} is ahead by ${measuredMs} ms, not by ${expectedMs} ms`);
}

/** What the error amounts to at this real time. */
export function offsetAt({ offsetMs, ratePpm, anchorMs }: ClockError, realMs: number): number {
  return offsetMs + (ratePpm * (realMs - anchorMs)) / 1_000_000;
}

/** The two clocks in a node's confirmation. @throws Error if it has no such members */
export function readingOf(member: Member, detail: JsonObject): { readonly wallMs: number; readonly realMs: number } {
  const [wallMs, realMs] = [detail["wallMs"], detail["realMs"]];
  if (typeof wallMs === "number" && typeof realMs === "number") return { wallMs, realMs };
  throw new Error(`${member.name} confirmed its clock without a reading: ${JSON.stringify(detail)}`);
}
