import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LeastFirst } from "./least-first.ts";

test("whatever goes in comes out least first", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20))), (commands) => {
      const heap = new LeastFirst(commands.length);
      const inside: number[] = [];
      for (const command of commands) {
        if (command === null) expect(heap.pop()).toBe(inside.shift() ?? -1);
        else {
          heap.push(command);
          inside.push(command);
          inside.sort((one, other) => one - other);
        }
      }
    }),
  );
});
