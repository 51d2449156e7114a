// The vocabulary of counters. For the model and its monitors.

export type CounterInput =
  /** May be negative. */
  { readonly f: "add"; readonly key: string; readonly amount: number } | { readonly f: "read"; readonly key: string };

/** add: null, or the new value if the system answers it; read: the value. */
export type CounterOutput = number | null;
