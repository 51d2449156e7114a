// Who waits for whom, under any mixture of steps for one key and steps for all.
import fc from "fast-check";
import { expect, test } from "vitest";
import { throwAll, together, Turns } from "./turns.ts";

test("steps of one key never overlap and keep their order; a step for all is alone; failures stop nobody", async () => {
  const asked = fc.array(fc.record({ key: fc.constantFrom("a", "b", "c", "all"), turns: fc.integer({ min: 0, max: 5 }), fails: fc.boolean() }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(asked, async (steps) => {
      const turns = new Turns();
      const running = new Map<string, number>();
      const began: [string, number][] = [];
      const outcomes = await Promise.allSettled(
        steps.map(({ fails, key, turns: count }, index) => {
          const step = async (): Promise<number> => {
            expect([...running.keys()].filter((other) => other === key || other === "all" || key === "all")).toEqual([]);
            running.set(key, index);
            began.push([key, index]);
            for (let turn = 0; turn < count; turn++) await Promise.resolve();
            running.delete(key);
            if (fails) throw new Error(String(index));
            return index;
          };
          return key === "all" ? turns.takeAll(step) : turns.take(key, step);
        }),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(steps.map(({ fails }) => (fails ? "rejected" : "fulfilled")));
      for (const key of ["a", "b", "c"]) {
        const own = began.filter(([each]) => each === key || each === "all").map(([, index]) => index);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }),
  );
});

test("together waits for all and tells all that went wrong", async () => {
  let isDone = false;
  const slow = Promise.resolve().then(() => (isDone = true));
  await expect(together([Promise.reject(new Error("one")), slow, Promise.reject(new Error("two"))])).rejects.toThrow("one; two");
  expect(isDone).toBe(true);
  expect(await together([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
  const single = new Error("single");
  await expect(together([Promise.reject(single)])).rejects.toBe(single);
  expect(() => throwAll([])).not.toThrow();
});
