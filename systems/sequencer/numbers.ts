// Ids that are plain numbers, as decimal text. For the central designs.

/** `count` numbers in a row. */
export function idsFrom(first: bigint, count: number): string[] {
  return Array.from({ length: count }, (_, index) => (first + BigInt(index)).toString());
}

/** The number of a token; -1n if there is none, `bad` if it is no decimal. */
export function tokenNumber(token: string | null): bigint | "bad" {
  if (token === null) return -1n;
  return /^\d{1,40}$/.test(token) ? BigInt(token) : "bad";
}
