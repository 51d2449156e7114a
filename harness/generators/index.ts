// The algebra of generators: small immutable parts that are put together to say which operation comes next.
export { any, mix, whileFault, type WhileFault } from "./choices.ts";
export { perClient, reserve, type Reservation } from "./clients.ts";
export { concurrencyLimit, limit, processLimit, timeLimit, untilOk } from "./limits.ts";
export { eachNode, onNode } from "./nodes.ts";
export { delay, sleep, stagger } from "./pace.ts";
export { concat, cycle, flipFlop, phases, synchronize } from "./sequences.ts";
export { fromFunction, fromInvocations, nothing, once, repeat } from "./sources.ts";
export { filter, map } from "./transforms.ts";
