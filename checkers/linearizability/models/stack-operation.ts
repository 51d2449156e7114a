// The vocabulary of stacks. For the model and its monitor.

export type StackInput = { readonly f: "push"; readonly key: string; readonly value: string } | { readonly f: "pop"; readonly key: string };

/** push: null; pop: the value, or null when the stack was empty. */
export type StackOutput = string | null;
