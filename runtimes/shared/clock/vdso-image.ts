// Reads the ELF image of a vDSO: where its entries are, and where room is left behind it. Pure; for the patch.
import { VdsoError } from "./vdso-error.ts";

/** All positions are bytes from the start of the image. */
export interface VdsoImage {
  /** Defined functions by name; names of one function share a position. */
  readonly symbols: ReadonlyMap<string, VdsoSymbol>;
  /** End of everything that the headers mention; what follows is padding up to the end of the last page. */
  readonly endOffset: number;
}

export interface VdsoSymbol {
  readonly offset: number;
  readonly sizeBytes: number;
}

const machineX8664 = 62;
const tag = { hash: 4, stringTable: 5, symbolTable: 6, gnuHash: 0x6ffffef5 } as const;
/** Of program headers. */
const kind = { load: 1, dynamic: 2 } as const;
/** A vDSO has a dozen symbols; a table that claims more than this is not one. */
const symbolLimit = 10_000;

/**
 * ELF-64 specification, version 1.5; the GNU hash table as the linkers write it.
 * @throws VdsoError malformed or architecture; never anything else, whatever the bytes
 */
export function parseVdso(bytes: Uint8Array): VdsoImage {
  try {
    return new ElfReader(bytes).read();
  } catch (error) {
    if (error instanceof RangeError) throw new VdsoError("malformed", "an offset points outside the image", { cause: error });
    throw error;
  }
}

class ElfReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): VdsoImage {
    this.#requireElf64();
    const headers = this.#programHeaders();
    const loads = headers.filter(({ type }) => type === kind.load);
    const [first] = loads;
    const dynamic = headers.find(({ type }) => type === kind.dynamic);
    if (first === undefined || dynamic === undefined) throw new VdsoError("malformed", "no load or no dynamic segment");
    // Old kernels linked the vDSO to a fixed address: what the dynamic section names is relative to that.
    const tables = this.#dynamicTables(dynamic, first.address - BigInt(first.offset));
    const sections = this.#word(40) + 64 * this.#view.getUint16(60, true);
    return { symbols: this.#symbols(tables), endOffset: Math.max(sections, ...loads.map(({ offset, sizeBytes }) => offset + sizeBytes)) };
  }

  #requireElf64(): void {
    const isElf = this.#view.getUint32(0, false) === 0x7f454c46;
    if (!isElf) throw new VdsoError("malformed", "no ELF image");
    const is64BitLittleEndian = this.#view.getUint16(4, false) === 0x0201;
    const machine = this.#view.getUint16(18, true);
    if (!is64BitLittleEndian || machine !== machineX8664) throw new VdsoError("architecture", `ELF machine ${machine}: only 64-bit x86 has a stub`);
  }

  #programHeaders(): ProgramHeader[] {
    const start = this.#word(32);
    return Array.from({ length: this.#view.getUint16(56, true) }, (_, index) => {
      const at = start + 56 * index;
      return {
        type: this.#view.getUint32(at, true),
        offset: this.#word(at + 8),
        address: this.#view.getBigInt64(at + 16, true),
        sizeBytes: this.#word(at + 32),
      };
    });
  }

  #dynamicTables(dynamic: ProgramHeader, bias: bigint): Tables {
    const found = new Map<number, number>();
    for (let at = dynamic.offset; at < dynamic.offset + dynamic.sizeBytes; at += 16) {
      const name = this.#view.getBigUint64(at, true);
      if (name === 0n) break;
      // Other tags hold sizes and flags that need not be positions.
      if (Object.values(tag).some((known) => BigInt(known) === name)) found.set(Number(name), position(this.#view.getBigInt64(at + 8, true) - bias));
    }
    const [strings, symbols] = [found.get(tag.stringTable), found.get(tag.symbolTable)];
    if (strings === undefined || symbols === undefined) throw new VdsoError("malformed", "no symbol table");
    return { strings, symbols, bias, symbolCount: this.#symbolCount(found.get(tag.hash), found.get(tag.gnuHash)) };
  }

  /** The symbol table does not know its length: only the hash tables do. DT_HASH says it; of DT_GNU_HASH it is the end of the last chain. */
  #symbolCount(hash: number | undefined, gnuHash: number | undefined): number {
    if (hash !== undefined) return limited(this.#view.getUint32(hash + 4, true));
    if (gnuHash === undefined) throw new VdsoError("malformed", "no hash table");
    const bucketCount = limited(this.#view.getUint32(gnuHash, true));
    const firstHashed = limited(this.#view.getUint32(gnuHash + 4, true));
    const buckets = gnuHash + 16 + 8 * limited(this.#view.getUint32(gnuHash + 8, true));
    const chains = buckets + 4 * bucketCount;
    let last = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) last = Math.max(last, this.#view.getUint32(buckets + 4 * bucket, true));
    if (last < firstHashed) return firstHashed;
    while ((this.#view.getUint32(chains + 4 * (last - firstHashed), true) & 1) === 0) last++;
    return limited(last + 1);
  }

  #symbols({ strings, symbols, symbolCount, bias }: Tables): Map<string, VdsoSymbol> {
    const found = new Map<string, VdsoSymbol>();
    for (let index = 1; index < symbolCount; index++) {
      const at = symbols + 24 * index;
      const [isFunction, isDefined] = [(this.#view.getUint8(at + 4) & 0xf) === 2, this.#view.getUint16(at + 6, true) !== 0];
      if (!isFunction || !isDefined) continue;
      const [offset, sizeBytes] = [position(this.#view.getBigInt64(at + 8, true) - bias), this.#word(at + 16)];
      if (offset + sizeBytes > this.#bytes.length) throw new RangeError("a function outside the image");
      found.set(this.#text(strings + this.#view.getUint32(at, true)), { offset, sizeBytes });
    }
    return found;
  }

  #text(at: number): string {
    const end = this.#bytes.indexOf(0, at);
    if (end < 0) throw new RangeError("a name without end");
    return Buffer.from(this.#bytes.subarray(at, end)).toString("latin1");
  }

  #word(at: number): number {
    return position(this.#view.getBigUint64(at, true));
  }
}

interface ProgramHeader {
  readonly type: number;
  readonly offset: number;
  readonly address: bigint;
  readonly sizeBytes: number;
}

interface Tables {
  readonly strings: number;
  readonly symbols: number;
  readonly symbolCount: number;
  readonly bias: bigint;
}

/** No vDSO is that long, and sums of a few such numbers are exact. */
function position(value: bigint): number {
  if (value < 0n || value > 0x7fff_ffffn) throw new RangeError(`${value} is no position`);
  return Number(value);
}

function limited(count: number): number {
  if (count > symbolLimit) throw new RangeError(`${count} symbols`);
  return count;
}
