import vm from "node:vm";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation } from "../../harness/operation.ts";
import { inputText, resultText } from "../operation-text.ts";
import { visible } from "../visible.ts";
import { packOperations, phases, type PackedOperations } from "./columns.ts";
import { dataScript } from "./script-data.ts";

interface Unpacked {
  readonly count: number;
  readonly texts: readonly string[];
  readonly functions: readonly string[];
  readonly nodes: readonly string[];
  readonly startUs: Float64Array;
  readonly durationUs: Float64Array;
  readonly process: Int32Array;
  readonly f: Uint32Array;
  readonly type: Uint8Array;
  readonly phase: Uint8Array;
  readonly node: Uint32Array;
  readonly input: Uint32Array;
  readonly result: Uint32Array;
}

// The very text that pages carry, run here.
const context = vm.createContext({ atob, Blob, DecompressionStream, Response, TextDecoder, JSON });
vm.runInContext(dataScript, context);
const unpack = vm.runInContext("unpack", context) as (packed: PackedOperations) => Promise<Unpacked>;

const types = ["ok", "fail", "info"] as const;
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.constantFrom("</script>", "\u0000", "\ud800", "\u2028"));
const operation = fc.record({
  process: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  node: fc.option(text, { nil: undefined }),
  phase: fc.constantFrom(...phases),
  f: text,
  key: text,
  type: fc.constantFrom(...types),
  output: fc.oneof(text, fc.constant(null), fc.integer()),
  startUs: fc.nat({ max: 2 ** 31 }),
  durationUs: fc.option(fc.nat({ max: 2 ** 31 }), { nil: undefined }),
});

test("what the page unpacks is what was packed, whatever is in it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 50 }), async (drawn) => {
      const operations = drawn.map(({ node, f, key, startUs, durationUs, output, ...rest }, id): Operation => ({
        ...rest,
        id,
        ...(node === undefined ? {} : { node }),
        input: { f, key },
        output,
        error: "e",
        invokedIndex: id,
        completedIndex: Infinity,
        invokedNs: startUs * 1000,
        completedNs: durationUs === undefined ? Infinity : (startUs + durationUs) * 1000,
      }));
      const read = await unpack(await packOperations(operations));
      const back = operations.map((_, index) => ({
        startUs: read.startUs[index],
        durationUs: read.durationUs[index],
        process: read.process[index],
        f: read.functions[read.f[index] ?? -1],
        type: types[read.type[index] ?? 9],
        phase: phases[read.phase[index] ?? 9],
        node: read.nodes[read.node[index] ?? -1],
        input: read.texts[read.input[index] ?? -1],
        result: read.texts[read.result[index] ?? -1],
      }));
      const given = operations.map((one) => ({
        startUs: one.invokedNs / 1000,
        durationUs: Number.isFinite(one.completedNs) ? (one.completedNs - one.invokedNs) / 1000 : -1,
        process: one.process,
        f: visible(one.input.f),
        type: one.type,
        phase: one.phase,
        node: visible(one.node ?? ""),
        input: inputText(one.input),
        result: resultText(one),
      }));
      expect(read.count).toBe(operations.length);
      expect(back).toEqual(given);
    }),
    { numRuns: 50 },
  );
});
