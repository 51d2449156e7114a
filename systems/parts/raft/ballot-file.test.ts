import { expect, test } from "vitest";
import { Crashed, diskEnvironment, VolumeDisk } from "../volume-disk.fixture.ts";
import { BallotFile } from "./ballot-file.ts";
import type { Ballot } from "./messages.ts";

async function life(disk: VolumeDisk): Promise<{ file: BallotFile; found: Ballot }> {
  const file = new BallotFile(diskEnvironment(disk));
  const found = await file.recover();
  await new Promise<void>((resolve) => file.write(found, resolve));
  return { file, found };
}

const ballots: readonly Ballot[] = [
  { term: 3, votedFor: null },
  { term: 3, votedFor: "n2" },
  { term: 4, votedFor: "n1" },
];

test("an empty disk holds term 0", async () => {
  expect((await life(new VolumeDisk())).found).toEqual({ term: 0, votedFor: null });
});

test("at every point of a power cut, torn or not, the last acknowledged ballot or the one under way is found", async () => {
  for (const mode of ["written", "dropped", "corrupted"] as const) {
    for (let operations = 0; operations < 16; operations++) {
      const disk = new VolumeDisk();
      const { file } = await life(disk);
      let acknowledged: Ballot = { term: 0, votedFor: null };
      let written = acknowledged;
      disk.operationsLeft = operations;
      for (const ballot of ballots) {
        if (disk.operationsLeft <= 0) break;
        written = ballot;
        file.write(ballot, () => (acknowledged = ballot));
      }
      disk.powerCut(mode, `${mode} ${operations}`);
      expect([acknowledged, written]).toContainEqual((await life(disk)).found);
    }
  }
});

test("rot in one copy is harmless, rot in both is refused", async () => {
  let refusedCount = 0;
  for (let seed = 0; seed < 20; seed++) {
    for (const sectorCount of [1, 20]) {
      const disk = new VolumeDisk();
      const { file } = await life(disk);
      await new Promise<void>((resolve) => file.write({ term: 7, votedFor: "n3" }, resolve));
      disk.rot(sectorCount, `rot ${seed}`);
      const found = await life(disk).then(
        (next) => next.found.term,
        (error: unknown) => (error instanceof Crashed ? "refused" : "broken"),
      );
      expect(sectorCount === 1 ? [7] : [7, "refused"]).toContain(found);
      if (found === "refused") refusedCount++;
    }
  }
  expect(refusedCount).toBeGreaterThan(0);
});

test("a failed write or fsync ends the node", async () => {
  const disk = new VolumeDisk();
  const { file } = await life(disk);
  for (const operation of ["write", "fsync"]) {
    disk.problemOf = (asked) => (asked === operation ? "InputOutput" : undefined);
    expect(() => file.write({ term: 1, votedFor: null }, () => expect.unreachable())).toThrow(`${operation} of raft.ballot failed: InputOutput`);
  }
});
