import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VdsoError } from "./vdso-error.ts";
import { parseVdso } from "./vdso-image.ts";

interface Parts {
  readonly symbols: readonly { readonly name: string; readonly at: number; readonly sizeBytes: number; readonly info?: number; readonly section?: number }[];
  readonly hash: "sysv" | "gnu" | "none";
  /** Where the image was linked to. */
  readonly address?: bigint;
  /** Puts the string table before the symbol table: nothing promises the other order. */
  readonly stringsFirst?: boolean;
}

const at = { program: 64, dynamic: 0x100, low: 0x200, high: 0x600, hash: 0xa00, sections: 0xc00 } as const;

/** A small image with the tables of a vDSO, as the ELF specification has them. */
function image(parts: Parts): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  const address = parts.address ?? 0n;
  const [strings, symbols] = parts.stringsFirst === true ? [at.low, at.high] : [at.high, at.low];
  view.setUint32(0, 0x7f454c46);
  view.setUint16(4, 0x0201);
  view.setUint16(18, 62, true);
  view.setBigUint64(32, BigInt(at.program), true);
  view.setBigUint64(40, BigInt(at.sections), true);
  view.setUint16(56, 2, true);
  view.setUint16(60, 3, true);
  const header = (index: number, type: number, offset: number, sizeBytes: number): void => {
    view.setUint32(at.program + 56 * index, type, true);
    view.setBigUint64(at.program + 56 * index + 8, BigInt(offset), true);
    view.setBigUint64(at.program + 56 * index + 16, BigInt.asUintN(64, address + BigInt(offset)), true);
    view.setBigUint64(at.program + 56 * index + 32, BigInt(sizeBytes), true);
  };
  header(0, 1, 0, 0xb00);
  header(1, 2, at.dynamic, 16 * 8);
  const tags: [bigint, number][] = [
    [5n, strings],
    [6n, symbols],
  ];
  if (parts.hash === "sysv") tags.push([4n, at.hash]);
  if (parts.hash === "gnu") tags.push([0x6ffffef5n, at.hash]);
  for (const [index, [tag, offset]] of tags.entries()) {
    view.setBigUint64(at.dynamic + 16 * index, tag, true);
    view.setBigUint64(at.dynamic + 16 * index + 8, BigInt.asUintN(64, address + BigInt(offset)), true);
  }
  let name = 1;
  for (const [index, symbol] of parts.symbols.entries()) {
    const entry = symbols + 24 * (index + 1);
    view.setUint32(entry, name, true);
    view.setUint8(entry + 4, symbol.info ?? 0x12);
    view.setUint16(entry + 6, symbol.section ?? 12, true);
    view.setBigUint64(entry + 8, BigInt.asUintN(64, address + BigInt(symbol.at)), true);
    view.setBigUint64(entry + 16, BigInt(symbol.sizeBytes), true);
    bytes.set(Buffer.from(`${symbol.name}\0`, "latin1"), strings + name);
    name += symbol.name.length + 1;
  }
  if (parts.hash === "sysv") view.setUint32(at.hash + 4, parts.symbols.length + 1, true);
  if (parts.hash === "gnu") gnuHash(view, parts.symbols.length);
  return bytes;
}

/** Two buckets; the second one's chain ends with the last symbol. */
function gnuHash(view: DataView, symbolCount: number): void {
  const words = [2, 1, 1, 6, 0, 0, 1, symbolCount > 1 ? 2 : 0];
  for (const [index, word] of words.entries()) view.setUint32(at.hash + 4 * index, word, true);
  for (let symbol = 1; symbol <= symbolCount; symbol++)
    view.setUint32(at.hash + 32 + 4 * (symbol - 1), symbol === 1 || symbol === symbolCount ? 0xff01 : 0xff00, true);
}

const three = [
  { name: "__vdso_clock_gettime", at: 0x700, sizeBytes: 90 },
  { name: "__vdso_gettimeofday", at: 0x780, sizeBytes: 60 },
  { name: "__vdso_time", at: 0x7c0, sizeBytes: 40 },
];

describe("the image of a vDSO", () => {
  for (const hash of ["sysv", "gnu"] as const) {
    for (const stringsFirst of [false, true]) {
      for (const address of [0n, -0x90_0000n]) {
        test(`tells all symbols from its ${hash} hash table, strings ${stringsFirst ? "before" : "behind"} symbols, linked to ${address}`, () => {
          const { symbols, endOffset } = parseVdso(image({ symbols: three, hash, stringsFirst, address }));
          expect([...symbols]).toEqual(three.map(({ name, at, sizeBytes }) => [name, { offset: at, sizeBytes }]));
          expect(endOffset).toBe(at.sections + 3 * 64);
        });
      }
    }
  }

  test("has no symbols that are undefined or no functions", () => {
    const others = [
      { name: "elsewhere", at: 0, sizeBytes: 8, section: 0 },
      { name: "data", at: 0x40, sizeBytes: 8, info: 0x11 },
    ];
    expect([...parseVdso(image({ symbols: [...others, ...three], hash: "gnu" })).symbols.keys()]).toEqual(three.map(({ name }) => name));
  });

  test("without a hash table is malformed: nothing else says how many symbols there are", () => {
    expect(() => parseVdso(image({ symbols: three, hash: "none" }))).toThrow("malformed");
  });

  test("with a function outside of it is malformed: nobody shall write there", () => {
    for (const at of [0x1000 - 39, 0x10_0000, -8])
      expect(() => parseVdso(image({ symbols: [{ name: "f", at, sizeBytes: 40 }], hash: "gnu" }))).toThrow("malformed");
    expect(parseVdso(image({ symbols: [{ name: "f", at: 0x1000 - 40, sizeBytes: 40 }], hash: "gnu" })).symbols.size).toBe(1);
  });

  test("for another machine or word size is refused for its architecture", () => {
    for (const [position, value] of [
      [18, 183],
      [18, 3],
      [4, 1],
      [5, 2],
    ] as const) {
      const bytes = image({ symbols: three, hash: "sysv" });
      bytes[position] = value;
      expect(() => parseVdso(bytes)).toThrow("architecture");
    }
  });

  test("is refused with a reason and never anything else, whatever is changed in it or cut off", () => {
    const whole = image({ symbols: three, hash: "gnu" });
    const change = fc.tuple(fc.oneof(fc.nat(0x280), fc.nat(0xfff)), fc.oneof(fc.nat(255), fc.constant(255)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.option(fc.nat(0x1000)), (changes, length) => {
        const bytes = whole.slice(0, length ?? whole.length);
        for (const [position, value] of changes) if (position < bytes.length) bytes[position] = value;
        try {
          const { symbols } = parseVdso(bytes);
          for (const { offset, sizeBytes } of symbols.values()) {
            expect(offset).toBeGreaterThanOrEqual(0);
            expect(offset + sizeBytes).toBeLessThanOrEqual(bytes.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(VdsoError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
