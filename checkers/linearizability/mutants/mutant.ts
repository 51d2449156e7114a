// A rule of a checker broken on purpose. For tables beside the checkers, `*.mutations.ts`: the tests must catch every entry.

/** One change to the source text of one file. */
export interface Mutation {
  /** What the changed lines are for, a sentence without full stop: `two values must not overtake each other`. */
  readonly rule: string;
  /** Text of the source; it occurs there exactly once. */
  readonly replace: string;
  readonly by: string;
  /** Why no verdict tells the mutant from the original, if so: the rule saves time, decides more, or makes suspects fewer. */
  readonly equivalent?: string;
}
