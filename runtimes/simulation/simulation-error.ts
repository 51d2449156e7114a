// What can be wrong with a simulated run as such: never a verdict on the system. For runners, the command line and tests.

/** A node used real time, real chance or real input and output, so the run cannot be repeated. */
export class SimulationLeakError extends Error {
  /** E.g. `Date.now`. */
  readonly api: string;
  /** Whose code it was, e.g. `n1`. */
  readonly host: string;

  constructor(api: string, host: string) {
    super(`${host} used ${api}: in a simulation a node may only use its Environment`);
    this.name = "SimulationLeakError";
    this.api = api;
    this.host = host;
  }
}

/** `stuck`: the body waits for something that no event can bring. The others: the run would not end. `client`: code of a client or of the harness threw. */
export type SimulationFailure = "stuck" | "event-limit" | "virtual-limit" | "client";

export class SimulationError extends Error {
  readonly failure: SimulationFailure;

  constructor(failure: SimulationFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SimulationError";
    this.failure = failure;
  }
}

/** Thrown by `environment.crash` to leave the handler; the incarnation is dead already. Never leaves the runtime. */
export class CrashSignal extends Error {
  constructor(reason: string) {
    // Nobody ever sees its stack, and taking one costs more than the crash.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "CrashSignal";
  }
}
