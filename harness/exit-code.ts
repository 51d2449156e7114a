// How a command ends, as a number that scripts and continuous integration can rely on. For the command line and its docs.

/** How one part of a command ended; the words of a verdict are among them. */
export type Ending = "valid" | "invalid" | "unknown" | "threshold" | "environment" | "crashed" | "usage" | "interrupted";

/** The codes of Faultline, with what each says. Documentation tables are generated from here. */
export const exitCodes: Readonly<Record<Ending, { readonly code: number; readonly text: string }>> = {
  valid: { code: 0, text: "everything that was checked is valid" },
  invalid: { code: 1, text: "a violation was found, or a planted bug was not found by the claim that must accuse it" },
  unknown: { code: 2, text: "no violation, but something could not be decided" },
  threshold: { code: 3, text: "a threshold was missed" },
  environment: { code: 4, text: "the environment cannot do what was asked" },
  crashed: { code: 5, text: "the harness itself failed, or a simulated replay diverged" },
  usage: { code: 64, text: "wrong usage; nothing was started" },
  interrupted: { code: 130, text: "interrupted; partial results are kept" },
};

/** Strongest first. Wrong usage ends a command before anything else can happen, hence it stands before all. */
export const endingRank: readonly Ending[] = ["usage", "crashed", "invalid", "interrupted", "threshold", "unknown", "environment", "valid"];

/** The ending that decides when several apply. Nothing at all is `unknown`: a command that did nothing proves nothing. */
export function worstEnding(endings: Iterable<Ending>): Ending {
  let worst: Ending | undefined;
  for (const ending of endings) {
    if (worst === undefined || endingRank.indexOf(ending) < endingRank.indexOf(worst)) worst = ending;
  }
  return worst ?? "unknown";
}

export function exitCodeOf(ending: Ending): number {
  return exitCodes[ending].code;
}
