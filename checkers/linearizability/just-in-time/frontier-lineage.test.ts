// The tree of linearizations against plain lists, through any number of sweeps.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lineage } from "./frontier-lineage.ts";

describe("a lineage", () => {
  test("tells the line of every node that is kept, before and after sweeps", () => {
    const growth = fc.record({ parent: fc.nat(50), sweeps: fc.boolean(), forgets: fc.array(fc.nat(50), { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(growth, { maxLength: 60 }), (growths) => {
        const lineage = new Lineage();
        let nodes = new Int32Array([0]);
        let lines: number[][] = [[]];
        let longest: number[] = [];
        for (const [operation, { parent, sweeps, forgets }] of growths.entries()) {
          const from = parent % nodes.length;
          nodes = Int32Array.from([...nodes, lineage.extend(nodes[from] ?? 0, operation)]);
          lines = [...lines, [...(lines[from] ?? []), operation]];
          if ((lines.at(-1)?.length ?? 0) > longest.length) longest = lines.at(-1) ?? [];
          if (!sweeps) continue;
          const isKept = (_: unknown, position: number): boolean => position === 0 || !forgets.includes(position);
          nodes = nodes.filter(isKept);
          lines = lines.filter(isKept);
          lineage.sweep(nodes);
        }
        expect(Array.from(nodes, (node) => lineage.lineOf(node))).toEqual(lines);
        expect(Array.from(nodes, (node) => lineage.depthOf(node))).toEqual(lines.map(({ length }) => length));
        expect(lineage.lineOf(lineage.deepest)).toEqual(longest);
      }),
    );
  });

  test("is crowded only when it has doubled, and forgets what was swept", () => {
    const lineage = new Lineage();
    while (!lineage.isCrowded) lineage.extend(0, 1);
    const size = lineage.sizeBytes;
    lineage.sweep(new Int32Array(0));
    expect(lineage.isCrowded).toBe(false);
    while (!lineage.isCrowded) lineage.extend(0, 1);
    expect(lineage.sizeBytes).toBe(size);
  });
});
