// What the replicated log of the store holds, and what comes of it. Type aliases, so that they are JSON as they are.

export type KvCommand =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string }
  /** `expected`: a value, null for absent, or a revision. */
  | { readonly kind: "cas"; readonly key: string; readonly expected: { readonly value: string | null } | { readonly revision: number }; readonly value: string }
  | { readonly kind: "grant"; readonly ttlMs: number }
  | { readonly kind: "renew" | "revoke"; readonly lease: string }
  | { readonly kind: "expire"; readonly lease: string; readonly renewal: number }
  /** `lease` null: the lock gets one of its own with this `ttlMs`. */
  | { readonly kind: "acquire"; readonly name: string; readonly lease: string | null; readonly ttlMs: number }
  | { readonly kind: "release"; readonly name: string; readonly fence: number }
  | { readonly kind: "store"; readonly name: string; readonly fence: number; readonly value: string };

/** `done` false: refused, nothing changed (a mismatch, a lock that is held, a lease that is over, a token that is too old). */
export type KvOutput = {
  readonly done: boolean;
  /** Of the change; of the store if nothing changed. */
  readonly revision: number;
  readonly changed: boolean;
  readonly lease: string | null;
  readonly fence: number | null;
};
