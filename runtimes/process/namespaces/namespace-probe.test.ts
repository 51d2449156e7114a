import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { whyNot } from "./fixtures/hamlet.ts";
import { probeNamespaces } from "./namespace-probe.ts";

describe("the probe of network namespaces", () => {
  test("answers for each capability, with a remedy for what cannot be done", async () => {
    const probes = await probeNamespaces();
    expect(probes.map(({ id }) => id)).toEqual(["root", "netns", "iptables", "ss-kill", "netem"]);
    for (const { ok, reason, remedy } of probes) {
      expect(reason).not.toBe("");
      expect(remedy === "").toBe(ok);
    }
  });

  test.skipIf(whyNot !== "")(`finds all but netem where it can be done, and leaves nothing${whyNot}`, async () => {
    const children = (): string => readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
    const before = children();
    const probes = await probeNamespaces();
    expect(probes.filter(({ id, ok }) => id !== "netem" && !ok)).toEqual([]);
    // Whatever a probe makes is held by children of this process.
    expect(children()).toBe(before);
  });
});
