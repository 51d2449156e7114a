// Any operation in one line, without knowing its workload. Checkers word the operations of a witness better; this is for all the others.
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import { visible } from "./visible.ts";

/** E.g. `write key=x value=3.1`. */
export function inputText(input: Input): string {
  const parts = Object.entries(input)
    .filter(([name]) => name !== "f")
    .map(([name, value]) => `${name}=${valueText(value)}`);
  return visible([input.f, ...parts].join(" "));
}

/** E.g. `-> 3.1` when ok, the reason when not. */
export function resultText(operation: Operation): string {
  if (operation.type === "ok") return operation.output === undefined ? "" : visible(`-> ${valueText(operation.output)}`);
  return visible(operation.error ?? "");
}

function valueText(value: Json): string {
  return typeof value === "string" && /^[^\s"{}[\],=]+$/.test(value) ? value : JSON.stringify(value);
}
