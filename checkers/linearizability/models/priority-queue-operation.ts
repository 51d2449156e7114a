// The vocabulary of priority queues. For the model and its monitor.

export type PriorityQueueInput = { readonly f: "insert"; readonly key: string; readonly value: number } | { readonly f: "poll"; readonly key: string };

/** insert: null; poll: the greatest value, or null when the queue was empty. */
export type PriorityQueueOutput = number | null;
