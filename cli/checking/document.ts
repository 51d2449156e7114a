// The answer of `check FILE` for programs. Its keys are a promise: all of them, always, and no others.
import type { JsonObject } from "../../harness/json.ts";
import type { PartitionLinearization } from "./part.ts";
import type { CheckResult } from "./result.ts";

export type CheckDocument = JsonObject & { readonly verdict: string };

/**
 * `operations` and `partitions` are null if the file was not read to its end, `algorithm` if nothing was decided, `witness`
 * unless invalid, `linearization` unless valid. `milliseconds` are those of deciding, without start and reading;
 * `peakMemoryBytes` is the most that the process was ever resident with.
 */
export function checkDocument(result: CheckResult): CheckDocument {
  const { verdict, algorithms, size, milliseconds, peakMemoryBytes, violation, linearizations } = result;
  return {
    verdict,
    algorithm: algorithms.length === 0 ? null : algorithms.join(", "),
    operations: size?.operations ?? null,
    partitions: size?.partitions ?? null,
    milliseconds: Math.round(milliseconds * 1000) / 1000,
    peakMemoryBytes,
    witness: violation?.witness?.map((operation) => ({ ...operation })) ?? null,
    linearization: verdict === "valid" ? linearizations.map(linearizationDocument) : null,
    why: [result.why, result.whyThose, listedPart(result)].filter((part) => part !== "").join("; "),
  };
}

/** Empty if everything is listed. */
function listedPart({ verdict, size, linearizations }: CheckResult): string {
  const partitions = size?.partitions ?? 0;
  const omitted = linearizations.reduce((sum, each) => sum + each.omitted, 0);
  if (verdict !== "valid" || (omitted === 0 && linearizations.length === partitions)) return "";
  const listed = linearizations.reduce((sum, { steps }) => sum + steps.length, 0);
  const which = linearizations.length === partitions ? "" : ` of ${linearizations.length} of ${partitions} partitions`;
  return `of the linearization, the first ${listed} steps${which} are listed`;
}

/** `omitted` only where steps are missing. */
function linearizationDocument({ partition, initialState, steps, omitted }: PartitionLinearization): JsonObject {
  return { partition, initialState, steps: steps.map((step) => ({ ...step })), ...(omitted === 0 ? {} : { omitted }) };
}
