// The vocabulary of locks. For the models and their monitors.

export type MutexInput =
  | { readonly f: "acquire"; readonly key: string; readonly owner: string }
  | { readonly f: "release"; readonly key: string; readonly owner: string };

/** Whether the lock was taken, or given back. */
export type MutexOutput = boolean;

export type FencedLockInput =
  | { readonly f: "acquire"; readonly key: string; readonly owner: string }
  | { readonly f: "release"; readonly key: string; readonly owner: string };

/** acquire: the token, a whole number, or false if refused; release: whether the owner held the lock. */
export type FencedLockOutput = number | boolean;
