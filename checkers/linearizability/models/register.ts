// A register per key: read, write, compare-and-set, delete. For key-value stores, configuration stores, leases.
import type { Effect, Model } from "../model.ts";
import { registerZones } from "../monitors/register/register-zones.ts";
import { explainRegister } from "./register-explanation.ts";
import { producedBy } from "./register-operation.ts";
import type { RegisterInput, RegisterOperation, RegisterOutput } from "./register-operation.ts";

export type { RegisterInput, RegisterOutput };

export type RegisterModel = Model<string | null, RegisterInput, RegisterOutput>;

/** Every key is absent (null) at first. A compare-and-set that met another value is an `ok` operation with output false. */
export const registerModel: RegisterModel = register(null);

/** A register per key that holds `initial` at first. */
export function register(initial: string | null): RegisterModel {
  return {
    name: "register",
    initial,
    step,
    partitionKey: (input) => input.key,
    isReadOnly: (input, output) => input.f === "read" || (input.f === "cas" && output === false),
    pendingClass,
    effect,
    relevantPending,
    monitors: [registerZones(initial)],
    describeOperation,
    describeResult,
    describeState: (state) => state ?? "nothing",
    explain: explainRegister,
  };
}

function step(state: string | null, input: RegisterInput, output: RegisterOutput | undefined): string | null | undefined {
  switch (input.f) {
    case "read":
      return output === undefined || output === state ? state : undefined;
    case "write":
      return input.value;
    case "delete":
      return null;
    case "cas": {
      const matches = state === input.from;
      if (output !== undefined && output !== matches) return undefined;
      return matches ? input.to : state;
    }
  }
}

function effect(input: RegisterInput, output: RegisterOutput | undefined): Effect<string | null> | undefined {
  switch (input.f) {
    case "read":
      return output === undefined ? {} : typeof output === "boolean" ? undefined : { from: output };
    case "write":
      return { to: input.value };
    case "delete":
      return { to: null };
    case "cas":
      if (output === undefined || output === true) return { from: input.from, to: input.to };
      return output === false ? { not: input.from } : undefined;
  }
}

function pendingClass(input: RegisterInput): string {
  switch (input.f) {
    case "read":
      return "read";
    case "write":
      return `write ${input.value}`;
    case "delete":
      return "delete";
    case "cas":
      return `cas ${JSON.stringify(input.from)} ${input.to}`;
  }
}

/**
 * An indeterminate operation matters if somebody saw its value: a read, a compare-and-set that matched, or an
 * indeterminate compare-and-set that itself matters. A refused compare-and-set saw "something else", which any value can
 * explain; but values that nobody saw or named are as good as each other, and each refusal needs one at most, so the
 * earliest of those that were never completed suffice.
 */
function relevantPending(completed: readonly RegisterOperation[], pending: readonly RegisterOperation[]): readonly RegisterOperation[] {
  const seen = new Set<string | null>();
  const refused = new Set<string | null>();
  let refusalCount = 0;
  for (const { input, output } of completed) {
    if (input.f === "read" && typeof output !== "boolean") seen.add(output ?? null);
    if (input.f !== "cas") continue;
    if (output === false) {
      refused.add(input.from);
      refusalCount++;
    } else seen.add(input.from);
  }
  addSources(seen, pending, refusalCount > 0);
  let neutralsLeft = refusalCount;
  return pending.filter(({ input, completedIndex }) => {
    if (input.f === "read") return false;
    const value = producedBy(input);
    if (seen.has(value)) return true;
    if (refusalCount === 0) return false;
    return input.f === "cas" || refused.has(value) || completedIndex !== Infinity || neutralsLeft-- > 0;
  });
}

/** Adds what indeterminate compare-and-sets must have met if their own value was seen, and theirs in turn. */
function addSources(seen: Set<string | null>, pending: readonly RegisterOperation[], areAllRelevant: boolean): void {
  const sources = new Map<string, (string | null)[]>();
  for (const { input } of pending) {
    if (input.f !== "cas") continue;
    const others = sources.get(input.to);
    if (others === undefined) sources.set(input.to, [input.from]);
    else others.push(input.from);
    if (areAllRelevant) seen.add(input.from);
  }
  // A set that grows while it is walked: what was added is visited too.
  for (const value of seen) for (const source of value === null ? [] : (sources.get(value) ?? [])) seen.add(source);
}

function describeOperation(input: RegisterInput): string {
  switch (input.f) {
    case "read":
      return `read ${input.key}`;
    case "write":
      return `write ${input.key} = ${input.value}`;
    case "delete":
      return `delete ${input.key}`;
    case "cas":
      return `cas ${input.key} from ${input.from ?? "nothing"} to ${input.to}`;
  }
}

function describeResult(input: RegisterInput, output: RegisterOutput): string {
  if (input.f === "read") return `-> ${output === null ? "nothing" : String(output)}`;
  if (input.f === "cas") return output === true ? "-> replaced" : "-> did not match";
  return "";
}
