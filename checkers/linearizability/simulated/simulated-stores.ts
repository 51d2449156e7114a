// Simulated registers and stores. For tests and benchmarks, by way of simulated-objects.ts.
import type { Random } from "../../../harness/random.ts";
import { multiKeyStoreModel } from "../models/multi-key-store.ts";
import type { Entries, MultiKeyInput, MultiKeyOutput } from "../models/multi-key-store.ts";
import { registerModel } from "../models/register.ts";
import type { RegisterInput, RegisterOutput } from "../models/register.ts";
import { stringStoreModel } from "../models/string-store.ts";
import type { StringStoreInput, StringStoreOutput } from "../models/string-store.ts";
import { versionedRegisterModel } from "../models/versioned-register.ts";
import type { VersionedRegisterInput, VersionedRegisterOutput, VersionedState } from "../models/versioned-register.ts";
import type { SimulatedObject } from "./simulated-history.ts";
import { anyValue, guess, keyOf, valueOf } from "./simulated-values.ts";
import type { ObjectOptions } from "./simulated-values.ts";

export function simulatedRegister(options: ObjectOptions): SimulatedObject<string | null, RegisterInput, RegisterOutput> {
  const { casShare = 0.25, deleteShare = 0.03 } = options;
  return {
    model: registerModel,
    draw(random, count, present) {
      const key = keyOf(random, options);
      const kind = random.float("kind");
      if (kind < 0.5) return { f: "read", key };
      if (kind >= 0.5 + casShare) return kind < 1 - deleteShare ? { f: "write", key, value: valueOf(random, options, count) } : { f: "delete", key };
      const from = guess(random, present?.state({ f: "read", key }), valueOf(random, options, Math.max(0, count - 2)));
      return { f: "cas", key, from, to: valueOf(random, options, count) };
    },
    answer: (state, input) => (input.f === "read" ? state : input.f === "cas" ? state === input.from : null),
    falsify(input, random, given) {
      if (input.f === "read") return random.chance(0.1, "nothing") ? null : anyValue(random);
      if (input.f !== "cas") return undefined;
      return given === undefined ? random.chance(0.5, "outcome") : given === false;
    },
  };
}

export function simulatedVersionedRegister(options: ObjectOptions): SimulatedObject<VersionedState, VersionedRegisterInput, VersionedRegisterOutput> {
  return {
    model: versionedRegisterModel,
    draw(random, count, present) {
      const key = keyOf(random, options);
      const value = valueOf(random, options, count);
      const version = guess(random, present?.state({ f: "read", key }).version, random.below(5, "version"));
      return random.pick<VersionedRegisterInput>(
        [
          { f: "read", key },
          { f: "write", key, value },
          { f: "cas", key, version, value },
        ],
        "kind",
      );
    },
    answer(state, input) {
      if (input.f === "read") return { ...state };
      return input.f === "write" || input.version === state.version ? state.version + 1 : false;
    },
    falsify(input, random, given) {
      if (typeof given === "object")
        return random.chance(0.5, "part") ? { ...given, value: anyValue(random) } : { ...given, version: near(given.version, random) };
      if (typeof given === "number") return input.f === "cas" && random.chance(0.5, "refused") ? false : near(given, random);
      if (input.f === "read") return { value: anyValue(random), version: random.below(6, "version") };
      return input.f === "cas" && random.chance(0.5, "refused") ? false : random.below(6, "version");
    },
  };
}

function near(version: number, random: Random): number {
  return version + random.pick([-1, 1], "near");
}

export function simulatedMultiKeyStore(options: ObjectOptions): SimulatedObject<Entries, MultiKeyInput, MultiKeyOutput> {
  return {
    model: multiKeyStoreModel,
    draw(random, count, present) {
      const entries = {
        [keyOf(random, options)]: valueOf(random, options, count),
        [keyOf(random, options)]: random.chance(0.2, "delete") ? null : valueOf(random, options, count),
      };
      const expectedKey = keyOf(random, options);
      const state = present?.state({ f: "read", keys: [] });
      const held = state === undefined ? undefined : (state[expectedKey] ?? null);
      const expected = { [expectedKey]: guess(random, held, random.chance(0.3, "absent") ? null : valueOf(random, options, count)) };
      return random.pick<MultiKeyInput>(
        [
          { f: "read", keys: [keyOf(random, options), keyOf(random, options)] },
          { f: "write", entries },
          { f: "cas", expected, entries },
        ],
        "kind",
      );
    },
    answer(state, input) {
      if (input.f === "read") return input.keys.map((key) => state[key] ?? null);
      return input.f === "write" ? null : Object.entries(input.expected).every(([key, value]) => (state[key] ?? null) === value);
    },
    falsify(input, random, given) {
      if (input.f === "write") return undefined;
      if (typeof given === "boolean") return !given;
      if (input.f === "cas") return random.chance(0.5, "outcome");
      const replaced = random.below(input.keys.length, "replaced");
      const values = input.keys.map(() => (random.chance(0.3, "absent") ? null : anyValue(random)));
      return Array.isArray(given) ? values.map((value, place) => (place === replaced ? value : (given[place] ?? null))) : values;
    },
  };
}

export function simulatedStringStore(options: ObjectOptions): SimulatedObject<string, StringStoreInput, StringStoreOutput> {
  return {
    model: stringStoreModel,
    draw(random, count) {
      const key = keyOf(random, options);
      const value = `${valueOf(random, options, count)};`;
      return random.pick<StringStoreInput>(
        [
          { f: "get", key },
          { f: "get", key },
          { f: "append", key, value },
          { f: "append", key, value },
          { f: "put", key, value },
        ],
        "kind",
      );
    },
    answer: (state, input) => (input.f === "get" ? state : null),
    falsify(input, random, given) {
      if (input.f !== "get") return undefined;
      const parts = given?.split(";").slice(0, -1) ?? [];
      if (parts.length === 0) return `${anyValue(random)};`;
      const changed = random.chance(0.5, "thinned")
        ? parts.toSpliced(random.below(parts.length, "gone"), 1)
        : random.shuffle([...parts, anyValue(random)], "order");
      return changed.map((part) => `${part};`).join("");
    },
  };
}
