// What a disk keeps: fsync, power cuts in their three modes, names and directories, lies, rot. Without time.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../harness/random.ts";
import { ActiveFault } from "./active-fault.ts";
import type { CutMode, Inode } from "./inode.ts";
import { Volume } from "./volume.ts";

const text = (inode: Inode | undefined): string => (inode === undefined ? "-" : new TextDecoder().decode(inode.read(0, 1 << 20)));
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A file with a durable name and this durable content. */
function durable(volume: Volume, path: string, content: string): Inode {
  const inode = volume.create(path);
  inode.write(0, bytes(content));
  inode.sync(inode.sequence);
  volume.syncDirectory(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "", volume.pendingNames);
  return inode;
}

/** What a path can hold after a power cut, over many draws. */
function outcomes(build: (volume: Volume) => void, path: string, mode: CutMode = "dropped"): string[] {
  const found = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const volume = new Volume();
    build(volume);
    volume.powerCut(mode, seededRandom(String(seed)));
    found.add(text(volume.find(path)));
  }
  return [...found].toSorted();
}

describe("after a power cut", () => {
  test("what was synced is there, whatever the mode", () => {
    for (const mode of ["written", "dropped", "corrupted"] as const)
      expect(outcomes((volume) => void durable(volume, "f", "safe"), "f", mode)).toEqual(["safe"]);
  });

  test("what was written and not synced is there or not, page by page", () => {
    const build = (volume: Volume): void => durable(volume, "f", "old").write(0, bytes("new"));
    expect(outcomes(build, "f")).toEqual(["new", "old"]);
    expect(outcomes(build, "f", "written")).toEqual(["new"]);
    const twoPages = (volume: Volume): void => durable(volume, "f", "a".repeat(8_192)).write(0, bytes("b".repeat(8_192)));
    expect(outcomes(twoPages, "f").map((content) => `${content[0] ?? ""}${content[4_096] ?? ""}`)).toEqual(["aa", "ab", "ba", "bb"]);
  });

  test("a page under way may be torn by sectors, or garbage, in the corrupted mode only", () => {
    const build = (volume: Volume): void => durable(volume, "f", "a".repeat(4_096)).write(0, bytes("b".repeat(4_096)));
    const isMixed = (content: string): boolean => content.includes("a") && content.includes("b");
    const isGarbage = (content: string): boolean => /[^ab]/.test(content);
    expect(outcomes(build, "f", "dropped")).toHaveLength(2);
    expect(outcomes(build, "f", "corrupted").some(isMixed)).toBe(true);
    expect(outcomes(build, "f", "corrupted").some(isGarbage)).toBe(true);
  });

  test("a later write may survive without an earlier one", () => {
    const build = (volume: Volume): void => {
      const inode = durable(volume, "f", "..");
      inode.write(0, bytes("1"));
      inode.write(1, bytes("2"));
    };
    expect(outcomes(build, "f")).toEqual(["..", ".2", "1.", "12"]);
  });

  test("an fsync covers what was written before its call and nothing after", () => {
    const build = (volume: Volume): void => {
      const inode = durable(volume, "f", "..");
      inode.write(0, bytes("1"));
      const covered = inode.sequence;
      inode.write(1, bytes("2"));
      inode.sync(covered);
    };
    expect(outcomes(build, "f")).toEqual(["1.", "12"]);
  });

  test("what was synced is what was written, even if the writer used its buffer again", () => {
    const build = (volume: Volume): void => {
      const inode = durable(volume, "f", "..");
      const buffer = bytes("ab");
      inode.write(0, buffer);
      buffer.fill(0);
      inode.sync(inode.sequence);
    };
    expect(outcomes(build, "f")).toEqual(["ab"]);
  });

  test("a truncation that was not synced happened or not", () => {
    expect(outcomes((volume) => durable(volume, "f", "long").truncate(1), "f")).toEqual(["l", "long"]);
  });

  test("durable content is never touched by what was pending elsewhere", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom<CutMode>("written", "dropped", "corrupted"),
        fc.array(fc.record({ at: fc.nat(20_000), length: fc.integer({ min: 1, max: 9_000 }) }), { maxLength: 10 }),
        (seed, mode, writes) => {
          const volume = new Volume();
          const inode = durable(volume, "f", "d".repeat(30_000));
          for (const { at, length } of writes) inode.write(at, new Uint8Array(length).fill(120));
          volume.powerCut(mode, seededRandom(seed));
          const content = inode.read(0, 1 << 20);
          for (let index = 0; index < 30_000; index++) {
            const isTouched = writes.some(({ at, length }) => index >= at && index < at + length);
            if (!isTouched && content[index] !== 100) throw new Error(`byte ${index} was changed by no write`);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("names", () => {
  test("of new files vanish unless the directory was synced, even if the file was", () => {
    const build = (volume: Volume): void => {
      const inode = volume.create("f");
      inode.write(0, bytes("x"));
      inode.sync(inode.sequence);
    };
    expect(outcomes(build, "f")).toEqual(["-", "x"]);
    const synced = (volume: Volume): void => {
      build(volume);
      volume.syncDirectory("", volume.pendingNames);
    };
    expect(outcomes(synced, "f")).toEqual(["x"]);
  });

  test("that are renamed over another hold the old or the new file, never nothing", () => {
    const build = (volume: Volume): void => {
      durable(volume, "f", "old");
      durable(volume, "f.tmp", "new");
      volume.rename("f.tmp", "f");
    };
    expect(outcomes(build, "f")).toEqual(["new", "old"]);
    expect(outcomes(build, "f.tmp")).toEqual(["-", "new"]);
  });

  test("renamed without an fsync of the file may point at lost content", () => {
    const build = (volume: Volume): void => {
      durable(volume, "f", "old");
      volume.create("f.tmp").write(0, bytes("new"));
      volume.rename("f.tmp", "f");
      volume.syncDirectory("", volume.pendingNames);
    };
    expect(outcomes(build, "f")).toEqual(["", "new"]);
  });

  test("that are removed may come back", () => {
    const build = (volume: Volume): void => {
      durable(volume, "f", "x");
      volume.remove("f");
    };
    expect(outcomes(build, "f")).toEqual(["-", "x"]);
  });

  test("are made durable by a sync of their own directory only", () => {
    const build = (volume: Volume): void => {
      volume.create("a/f").write(0, bytes("x"));
      volume.syncDirectory("b", volume.pendingNames);
      volume.syncDirectory("", volume.pendingNames);
    };
    expect(outcomes(build, "a/f")).toContain("-");
  });

  test("moved between directories are never in both and never in neither after the creation was synced", () => {
    const build = (volume: Volume): void => {
      durable(volume, "a/f", "x");
      volume.rename("a/f", "b/f");
    };
    for (let seed = 0; seed < 50; seed++) {
      const volume = new Volume();
      build(volume);
      volume.powerCut("dropped", seededRandom(String(seed)));
      expect([text(volume.find("a/f")), text(volume.find("b/f"))].toSorted()).toEqual(["-", "x"]);
    }
  });

  test("created in one directory and moved to another that was synced never come back under the first name", () => {
    for (let seed = 0; seed < 50; seed++) {
      const volume = new Volume();
      volume.create("a/f");
      volume.rename("a/f", "b/f");
      volume.syncDirectory("b", volume.pendingNames);
      volume.powerCut("dropped", seededRandom(String(seed)));
      expect([text(volume.find("a/f")), text(volume.find("b/f"))]).toEqual(["-", ""]);
    }
  });

  test("survive in an order that some prefix of each directory explains", () => {
    const build = (volume: Volume): void => {
      for (const name of ["1", "2", "3"]) volume.create(name);
    };
    const found = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const volume = new Volume();
      build(volume);
      volume.powerCut("dropped", seededRandom(String(seed)));
      found.add(volume.list("").join(""));
    }
    expect([...found].toSorted()).toEqual(["", "1", "12", "123"]);
  });

  test("are listed directly below a directory, sorted, with directories", () => {
    const volume = new Volume();
    for (const path of ["b", "a/y", "a/x", "a/z/deep"]) volume.create(path);
    expect(volume.list("")).toEqual(["a", "b"]);
    expect(volume.list("a")).toEqual(["x", "y", "z"]);
    expect(volume.list("nowhere")).toEqual([]);
  });
});

describe("a failed fsync", () => {
  test.each(["kept", "reverted"] as const)("(%s) is not made good by a later one that succeeds", (outcome) => {
    const build = (volume: Volume): void => {
      const inode = durable(volume, "f", "old");
      inode.write(0, bytes("new"));
      inode.failSync(inode.sequence, outcome);
      inode.sync(inode.sequence);
    };
    expect(outcomes(build, "f", "written")).toEqual(["old"]);
  });

  test("leaves the new content readable, or goes back, by the file system", () => {
    const read = (outcome: "kept" | "reverted"): string => {
      const inode = durable(new Volume(), "f", "old");
      inode.write(0, bytes("new"));
      const covered = inode.sequence;
      inode.write(3, bytes("!"));
      inode.failSync(covered, outcome);
      return text(inode);
    };
    expect([read("kept"), read("reverted")]).toEqual(["new!", "old!"]);
  });

  test("is made good by writing again", () => {
    const build = (volume: Volume): void => {
      const inode = durable(volume, "f", "old");
      inode.write(0, bytes("new"));
      inode.failSync(inode.sequence, "kept");
      inode.write(0, bytes("new"));
      inode.sync(inode.sequence);
    };
    expect(outcomes(build, "f")).toEqual(["new"]);
  });
});

describe("a lying disk", () => {
  test("loses what it promised when the power goes, and keeps its promises when the lie ends", () => {
    const lie = (volume: Volume): void => {
      const inode = durable(volume, "f", "old");
      inode.write(0, bytes("new"));
      inode.promise(inode.sequence);
      volume.create("g");
      volume.promiseDirectory("", [...volume.pendingNames]);
      inode.write(0, bytes("NEW"));
    };
    expect(outcomes(lie, "f")).toContain("old");
    expect(outcomes(lie, "g")).toContain("-");
    const honest = (volume: Volume): void => {
      lie(volume);
      volume.keepPromises();
    };
    expect(outcomes(honest, "f")).toEqual(["NEW", "new"]);
    expect(outcomes(honest, "g")).toEqual([""]);
  });
});

describe("the kernel's own writeback", () => {
  test("makes a random prefix of the writes durable, never a later one without an earlier", () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const volume = new Volume();
      const inode = durable(volume, "f", "...");
      for (const [at, mark] of ["1", "2", "3"].entries()) inode.write(at, bytes(mark));
      inode.flushPrefix(seededRandom(String(seed)));
      const pendingCount = inode.pendingCount;
      found.add(String(3 - pendingCount));
    }
    expect([...found].toSorted()).toEqual(["0", "1", "2", "3"]);
  });
});

describe("bit rot", () => {
  const fault = (): ActiveFault => new ActiveFault({ id: "rot", kind: "bit-rot", targets: { all: true }, params: { sectorCount: 1 } }, ["n1"]);

  test("flips one bit of a durable sector as reads see it, and goes away with the fault", () => {
    const volume = new Volume();
    const inode = durable(volume, "f", "a".repeat(2_000));
    const rot = fault();
    expect(volume.damage(2, rot, seededRandom("1"))).toBe(2);
    const read = inode.read(0, 2_000);
    const flipped = [...read].reduce((count, byte) => count + bitsOf(byte ^ 97), 0);
    expect(flipped).toBe(2);
    expect(rot.affectedCount).toBe(2);
    volume.repair(rot);
    expect(text(inode)).toBe("a".repeat(2_000));
  });

  test("is gone from a sector that is written again, and counts only reads that met it", () => {
    const volume = new Volume();
    const inode = durable(volume, "f", "a".repeat(512));
    const rot = fault();
    volume.damage(1, rot, seededRandom("1"));
    inode.write(0, bytes("a".repeat(512)));
    expect(text(inode)).toBe("a".repeat(512));
    expect(rot.affectedCount).toBe(0);
  });

  test("needs durable data", () => {
    const volume = new Volume();
    volume.create("f").write(0, bytes("only in the cache"));
    expect(volume.damage(3, fault(), seededRandom("1"))).toBe(0);
  });
});

function bitsOf(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
