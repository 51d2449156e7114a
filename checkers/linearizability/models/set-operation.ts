// The vocabulary of sets. For the models and their monitors.

export type SetInput =
  | { readonly f: "add"; readonly key: string; readonly element: string }
  | { readonly f: "remove"; readonly key: string; readonly element: string }
  | { readonly f: "contains"; readonly key: string; readonly element: string };

/** Each answers whether: it was added and not there before, it was removed and there before, it is there. */
export type SetOutput = boolean;

export type GrowingSetInput = { readonly f: "add"; readonly key: string; readonly element: string } | { readonly f: "read"; readonly key: string };

/** add: null; read: all elements, in any order. */
export type GrowingSetOutput = readonly string[] | null;
