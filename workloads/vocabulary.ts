// The boundary where JSON becomes a workload's own operations: shapes, and the error for a history of another vocabulary.
import { isDecimal } from "../checkers/decimal.ts";
import { UsageError } from "../harness/errors.ts";
import type { Json, JsonObject } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";

/** Whether an operation, its output included if it has one, belongs to the vocabulary. */
export type Fits<I extends Input, O extends Json> = (operation: Operation) => operation is Operation<I, O>;

/** The decoder of a workload. @throws UsageError `foreign-history` for an operation that does not fit */
export function decoder<I extends Input, O extends Json>(
  workload: string,
  functions: Readonly<Record<string, string>>,
  fits: Fits<I, O>,
): (operation: Operation) => Operation<I, O> {
  return (operation) => {
    if (fits(operation)) return operation;
    const { id, input, output } = operation;
    const said = `${JSON.stringify(input)}${output === undefined ? "" : ` -> ${shortened(JSON.stringify(output))}`}`;
    const known = Object.entries(functions).map(([f, text]) => `${f}: ${text}`);
    throw new UsageError(
      "foreign-history",
      `Operation ${id} is not one of workload ${workload}: ${said}.`,
      `Judge this history with the workload that made it. ${workload} knows ${known.join("; ")}.`,
    );
  };
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}

export function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

export function isTextOrNull(value: Json | undefined): value is string | null {
  return value === null || typeof value === "string";
}

/** An integer of any size, as text. */
export function isDecimalText(value: Json | undefined): value is string {
  return typeof value === "string" && isDecimal(value);
}

export function isTextList(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True if there is no output (not ok, or not yet), or the output has the given shape. */
export function isAbsentOr(output: Json | undefined, hasShape: (output: Json | undefined) => boolean): boolean {
  return output === undefined || hasShape(output);
}
