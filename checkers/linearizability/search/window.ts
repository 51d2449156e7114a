// A set of small integers of which almost all members lie in a moving window: everything below it is in, everything above
// is out. For the memory of the searches: a configuration keeps only the window, so its size does not grow with the history.

/** Bits of a set over 0..count-1. Words before `start` are full by agreement, words from `end` on are empty. */
export class WindowSet {
  /** Bit i is bit i & 31 of word i >> 5. */
  words: Int32Array = new Int32Array(8);
  /** First word that may lack a member. Its owner, who knows the first missing one, keeps it. */
  start = 0;
  /** One past the last word with a member; never below `start` when read through `length`. */
  end = 0;
  /** Words that its members may need. */
  wordCount = 0;

  /** Empties it for members below `count`. */
  reset(count: number): void {
    this.wordCount = (count + 31) >> 5;
    if (this.words.length < this.wordCount) this.words = new Int32Array(Math.max(this.wordCount, this.words.length * 2));
    else this.words.fill(0, 0, this.wordCount);
    this.start = 0;
    this.end = 0;
  }

  add(member: number): void {
    const word = member >> 5;
    // Non-null: `reset` made room for every member.
    this.words[word]! |= 1 << (member & 31);
    if (word >= this.end) this.end = word + 1;
  }

  remove(member: number): void {
    this.words[member >> 5]! &= ~(1 << (member & 31));
    while (this.end > 0 && this.words[this.end - 1] === 0) this.end--;
  }

  has(member: number): boolean {
    return (this.words[member >> 5]! & (1 << (member & 31))) !== 0;
  }

  /** Tells the window that all members below `first` are in; `first` itself is not. `first` = count: all are in. */
  startAt(first: number, count: number): void {
    this.start = first >= count ? this.wordCount : first >> 5;
  }

  /** Number of words in the window. */
  get length(): number {
    return this.end > this.start ? this.end - this.start : 0;
  }
}
