// The vocabulary of queues. For the model and its monitor.

export type QueueInput = { readonly f: "enqueue"; readonly key: string; readonly value: string } | { readonly f: "dequeue"; readonly key: string };

/** enqueue: null; dequeue: the value, or null when the queue was empty. */
export type QueueOutput = string | null;
