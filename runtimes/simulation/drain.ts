// How all microtasks and ticks that an event caused are run before the next event. For the scheduler.

/** `tick`: `process._tickCallback`, complete and cheap (about 20 ns when empty) but undocumented. `immediate`: one real macrotask an event, documented, 2-3 times slower. */
export type DrainKind = "tick" | "immediate";

const noInputs: readonly [] = [];

/**
 * Runs everything that is due, promise continuations and ticks alike; undefined where it does not work.
 * Call it from a macrotask only: inside a microtask V8 ignores nested runs of the queue.
 */
export function tickDrain(): (() => void) | undefined {
  // Undocumented member of process; the self-test below decides whether it can be trusted.
  const member: unknown = Reflect.get(process, "_tickCallback");
  if (typeof member !== "function") return undefined;
  const drain = (): void => {
    Reflect.apply(member, process, noInputs);
  };
  let isDrained = false;
  void Promise.resolve()
    .then(() => undefined)
    .then(() => {
      isDrained = true;
    });
  drain();
  return isDrained ? drain : undefined;
}
