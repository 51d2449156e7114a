// The words for an operation that its client left unanswered: written by the runner, read again by the judge.

const words = "no answer within";

/** The error of an operation that the runner had to end. */
export function unansweredAfter(limitMs: number): string {
  return `${words} ${limitMs} ms`;
}

export function isUnanswered(error: string | undefined): boolean {
  return error?.startsWith(words) ?? false;
}
