// The mistakes of users, told apart from our own: one clear sentence, a stable code and the way out.

/** Wrong usage: bad option, unknown name, broken file. The command line prints it without a stack and exits 64. */
export class UsageError extends Error {
  readonly code: string;
  /** What to do about it, one sentence. */
  readonly wayOut: string;

  constructor(code: string, problem: string, wayOut: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = "UsageError";
    this.code = code;
    this.wayOut = wayOut;
  }
}

/** The machine cannot do what the plan needs (a tool, a privilege, a newer Node): exit 4. */
export class EnvironmentError extends Error {
  readonly wayOut: string;

  constructor(problem: string, wayOut: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = "EnvironmentError";
    this.wayOut = wayOut;
  }
}

/** A mistake in our own code. Never caught to go on. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
