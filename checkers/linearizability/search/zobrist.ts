// Hashing of sets that change one member at a time (Zobrist 1970): a word per member, combined by exclusive or. For the searches.

/** A fixed random-looking word per number (the finish of MurmurHash3), instead of a table of them. */
export function randomWord(member: number): number {
  let word = Math.imul(member + 1, 0x9e3779b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

/** The hash of a set together with a state (a small integer). */
export function mixedHash(setHash: number, state: number): number {
  const mixed = Math.imul(setHash ^ Math.imul(state + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
