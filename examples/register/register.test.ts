// What a user's own CI looks like: the system keeps its promise, and every planted bug is caught.
import { checkSystem } from "faultline";
import { testSystem } from "faultline/vitest";
import { describe, expect, test } from "vitest";
import { system as withBugs } from "./bugs.ts";
import { system } from "./register.ts";

testSystem(system, { seeds: 200 });

describe("the three planted bugs of the example", () => {
  test.each(withBugs.bugs.map((bug) => bug.name))("%s is found, and made small", async (bug) => {
    const check = await checkSystem(withBugs, { bug, seeds: 500 });
    expect(check.verdict).toBe("invalid");
    const { operations, faults } = check.failure?.plan.script ?? { operations: [], faults: [] };
    expect(operations.length).toBeLessThanOrEqual(4);
    expect(faults.length).toBeLessThanOrEqual(2);
  });
});
