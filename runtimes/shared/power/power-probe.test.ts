import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { whyNot } from "./fixtures/loop-devices.ts";
import { probePowerFilesystem } from "./power-probe.ts";

describe("the probe of power cuts", () => {
  test("answers, with a remedy where it cannot be done", async () => {
    const [probe] = await probePowerFilesystem();
    expect(probe?.id).toBe("power-filesystem");
    expect(probe?.remedy === "").toBe(probe?.ok);
  });

  test.skipIf(whyNot !== "")(`works and leaves nothing${whyNot}`, async () => {
    expect(await probePowerFilesystem()).toMatchObject([{ ok: true, reason: expect.stringContaining("lost its power") as string }]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`faultline-power-probe-${process.pid}-`))).toEqual([]);
  });
});
