import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../harness/random.ts";
import { decodeUuid7, encodeUuid7, uuid4, Uuid7Generator } from "./uuid.ts";

const fields = fc.record({ timeMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }), tail: fc.bigInt({ min: 0n, max: (1n << 74n) - 1n }) });

describe("version 4", () => {
  test("carries the version and the variant of RFC 9562", () => {
    const random = seededRandom("4");
    for (let count = 0; count < 200; count++) expect(uuid4(random)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("leaves no other bit fixed", () => {
    const random = seededRandom("bits");
    const values = Array.from({ length: 200 }, () => BigInt(`0x${uuid4(random).replaceAll("-", "")}`));
    const fixed = (1n << 128n) - 1n - (values.reduce((bits, value) => bits | value, 0n) & ~values.reduce((bits, value) => bits & value, (1n << 128n) - 1n));
    // Six bits: the version 0100 and the variant 10.
    expect(fixed).toBe((0xfn << 76n) | (0b11n << 62n));
  });
});

describe("version 7", () => {
  test("encodes and decodes the vector of RFC 9562, appendix A.6", () => {
    const vector = { timeMs: 0x017f22e279b0, tail: (0xcc3n << 62n) | 0x18c4dc0c0c07398fn };
    expect(encodeUuid7(vector)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    expect(decodeUuid7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")).toEqual(vector);
  });

  test("decodes what it encoded, and text order is the order of the fields", () => {
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        expect(decodeUuid7(encodeUuid7(a))).toEqual(a);
        const order = a.timeMs - b.timeMs || (a.tail < b.tail ? -1 : a.tail > b.tail ? 1 : 0);
        const [textA, textB] = [encodeUuid7(a), encodeUuid7(b)];
        expect(Math.sign(textA < textB ? -1 : textA > textB ? 1 : 0)).toBe(Math.sign(order));
      }),
    );
  });

  test("refuses fields that do not fit and texts of other versions", () => {
    expect(() => encodeUuid7({ timeMs: 2 ** 48, tail: 0n })).toThrow(RangeError);
    expect(() => encodeUuid7({ timeMs: -1, tail: 0n })).toThrow(RangeError);
    expect(() => encodeUuid7({ timeMs: 0, tail: 1n << 74n })).toThrow(RangeError);
    expect(decodeUuid7("919108f7-52d1-4320-9bac-f847db4148a8")).toBeNull();
    expect(decodeUuid7("017f22e2-79b0-7cc3-08c4-dc0c0c07398f")).toBeNull();
    expect(decodeUuid7("12345")).toBeNull();
  });

  test("only grows, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 100 }), (walls) => {
        const generator = new Uuid7Generator(seededRandom("7"));
        const ids = walls.map((wall) => generator.next(wall));
        expect(ids).toEqual(ids.toSorted());
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test("answers above any token, with a time of its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), fields, (wall, above) => {
        fc.pre(above.timeMs < 2 ** 48 - 2);
        const id = new Uuid7Generator(seededRandom("token")).next(wall, above);
        expect(id > encodeUuid7(above)).toBe(true);
        // Not the token's millisecond: two generators that follow one token must not count through the same tails.
        expect(decodeUuid7(id)?.timeMs).toBeGreaterThan(above.timeMs);
      }),
    );
  });

  test("moves to the next millisecond when the tail is used up", () => {
    const generator = new (class extends Uuid7Generator {
      protected override freshTail(): bigint {
        return (1n << 74n) - 1n;
      }
    })(seededRandom("full"));
    expect(decodeUuid7(generator.next(5))?.timeMs).toBe(5);
    expect(decodeUuid7(generator.next(5))?.timeMs).toBe(6);
  });

  test("begins every millisecond with 73 random bits and a free one", () => {
    const generator = new Uuid7Generator(seededRandom("bits"));
    const tails = Array.from({ length: 200 }, (_, index) => decodeUuid7(generator.next(index))?.tail ?? 0n);
    const ever = tails.reduce((bits, tail) => bits | tail, 0n);
    const always = tails.reduce((bits, tail) => bits & tail, (1n << 74n) - 1n);
    expect(ever).toBe((1n << 73n) - 1n);
    expect(always).toBe(0n);
  });

  test("of two generators in one millisecond do not collide", () => {
    const [a, b] = [new Uuid7Generator(seededRandom("a")), new Uuid7Generator(seededRandom("b"))];
    const ids = Array.from({ length: 2000 }, (_, index) => (index % 2 === 0 ? a : b).next(1000));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
