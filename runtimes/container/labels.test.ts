import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { identifyProcess } from "../shared/undo/index.ts";
import { isAbandoned, runLabels, runOf, type Labels } from "./labels.ts";

test("what is not labelled by us is nobody's run and never abandoned", () => {
  for (const labels of [{}, { "faultline.run": "r" }, { faultline: "node-image" }, { "com.docker.compose.project": "x" }]) {
    expect(runOf(labels)).toBeUndefined();
    expect(isAbandoned(labels)).toBe(false);
  }
});

describe.skipIf(process.platform !== "linux")("labels of a harness (Linux only)", () => {
  test("name the run, and are not abandoned while the harness runs", () => {
    const labels = runLabels("node", "0123");
    expect(runOf(labels)).toBe("0123");
    expect(labels["faultline.harness"]).toMatch(new RegExp(`^${process.pid}:\\d+$`));
    expect(isAbandoned(labels)).toBe(false);
  });

  test("are abandoned once that very process is dead, after a reboot, and when its number has gone to another process", async () => {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    const { pid = 0 } = child;
    const identity = identifyProcess(pid);
    if (identity === undefined) throw new Error("no identity");
    const labels = { ...runLabels("node", "r"), "faultline.harness": `${pid}:${identity.startTime}` };
    expect(isAbandoned(labels)).toBe(false);
    expect(isAbandoned({ ...labels, "faultline.harness": `${pid}:${identity.startTime}0` })).toBe(true);
    expect(isAbandoned({ ...labels, "faultline.boot": identity.boot.replace(/^\S+/, "another-boot") })).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAbandoned(labels)).toBe(true);
  });

  test("of a harness in another pid namespace, or of none that can be read, are left alone", () => {
    const labels: Labels = { ...runLabels("network", "r"), "faultline.harness": "4194305:1" };
    expect(isAbandoned(labels)).toBe(true);
    expect(isAbandoned({ ...labels, "faultline.boot": labels["faultline.boot"]?.replace("pid:[", "pid:[1") ?? "" })).toBe(false);
    for (const harness of ["", "x", "1", "1:", ":1", "-1:1", "0:1", "1:1:1", "99999999999:1"])
      expect(isAbandoned({ ...labels, "faultline.harness": harness })).toBe(false);
    const { "faultline.boot": _, ...withoutBoot } = labels;
    expect(isAbandoned(withoutBoot)).toBe(false);
  });
});
