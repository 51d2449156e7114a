import { expect, test } from "vitest";
import { RaftLog } from "./log.ts";
import type { Entry } from "./messages.ts";

const entry = (term: number, command: string): Entry => ({ term, kind: "command", command, session: null });

function logOf(...terms: readonly number[]): RaftLog {
  const log = new RaftLog();
  for (const [index, term] of terms.entries()) log.append(entry(term, `c${index + 1}`));
  return log;
}

test("hashes chain: equal histories have equal hashes, any difference before shows in all hashes after", () => {
  const [one, same, other] = [logOf(1, 1, 2), logOf(1, 1, 2), logOf(1, 2, 2)];
  expect(one.describeFrom(1)).toEqual(same.describeFrom(1));
  expect(one.hashAt(1)).toBe(other.hashAt(1));
  for (const index of [2, 3]) expect(one.hashAt(index)).not.toBe(other.hashAt(index));
});

test("the hash of an entry also names its request", () => {
  const [one, other] = [new RaftLog(), new RaftLog()];
  one.append({ ...entry(1, "c"), session: { client: "a", sequence: 1 } });
  other.append({ ...entry(1, "c"), session: { client: "a", sequence: 2 } });
  expect(one.hashAt(1)).not.toBe(other.hashAt(1));
});

test("compaction keeps positions, and what is compacted is not there any more", () => {
  const log = logOf(1, 1, 2, 3);
  const position = log.positionAt(2);
  const after = log.describeFrom(3);
  log.compactTo(2);
  expect(log.base).toEqual(position);
  expect([log.lastIndex, log.lastTerm, log.termAt(1), log.termAt(2), log.termAt(3)]).toEqual([4, 3, undefined, 1, 2]);
  expect(log.describeFrom(3)).toEqual(after);
  expect(() => log.slice(2, 1)).toThrow("entry 2 is compacted");
  expect(() => log.truncateFrom(2)).toThrow();
});

test("runs of a term are found from both sides", () => {
  const log = logOf(1, 2, 2, 2, 4);
  expect([1, 3, 4, 5].map((index) => log.firstOfTermAt(index))).toEqual([1, 2, 2, 5]);
  expect([1, 2, 3, 4].map((term) => log.lastOfTerm(term, 5))).toEqual([1, 4, undefined, 5]);
  expect(log.lastOfTerm(2, 3)).toBe(3);
});

test("an end that was taken before a truncation makes nothing durable, and a truncation ends what was", () => {
  const log = logOf(1, 1, 1);
  const before = log.end;
  expect(log.persisted(before)).toBe(true);
  expect(log.persisted(before)).toBe(false);
  expect(log.durableIndex).toBe(3);
  log.truncateFrom(2);
  expect(log.durableIndex).toBe(1);
  log.append(entry(2, "other"));
  log.append(entry(2, "other"));
  expect(log.persisted(before)).toBe(false);
  expect(log.durableIndex).toBe(1);
  expect(log.persisted(log.end)).toBe(true);
  log.reset({ index: 9, term: 3, hash: 1 });
  expect([log.durableIndex, log.lastIndex, log.lastTerm]).toEqual([9, 9, 3]);
});
