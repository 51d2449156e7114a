// The vocabulary of semaphores. For the model and its monitor.

export type SemaphoreInput = { readonly f: "acquire"; readonly key: string } | { readonly f: "release"; readonly key: string };

/** acquire: whether there was a permit; release: true, or false if none was out. */
export type SemaphoreOutput = boolean;
