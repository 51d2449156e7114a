// The vocabulary of registers. For the model, its explanations and its monitors.
import type { Operation } from "../../../harness/operation.ts";

export type RegisterInput =
  | { readonly f: "read"; readonly key: string }
  | { readonly f: "write"; readonly key: string; readonly value: string }
  | { readonly f: "cas"; readonly key: string; readonly from: string | null; readonly to: string }
  | { readonly f: "delete"; readonly key: string };

/** read: the value or null; write and delete: null; cas: whether the value matched and was replaced. */
export type RegisterOutput = string | boolean | null;

export type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

/** The value that the operation leaves behind if it takes effect; for a read, which has none, null. */
export function producedBy(input: RegisterInput): string | null {
  if (input.f === "write") return input.value;
  return input.f === "cas" ? input.to : null;
}

/** The value that a completed operation must have met: a read's answer, what a compare-and-set replaced; undefined: none in particular. */
export function metBy({ input, output }: RegisterOperation): string | null | undefined {
  if (input.f === "read") return typeof output === "boolean" ? undefined : output;
  return input.f === "cas" && output === true ? input.from : undefined;
}
