import { expect, test } from "vitest";
import { realTimeOptions } from "../shared/cluster/options.ts";
import { containerSettings, type SettingsOptions } from "./container-settings.ts";

const options: SettingsOptions = {
  kind: "node",
  name: "faultline-r-n1",
  hostname: "n1",
  command: ["node", "x"],
  folder: "/some/where:with,odd name",
  frame: { runId: "r", options: realTimeOptions({ cpus: 0.5, memoryMb: 64 }) },
  image: { reference: "faultline-node:1", pathOf: () => "" },
  network: { name: "faultline-r", gateway: "172.18.0.1", remove: () => Promise.resolve() },
};

test.skipIf(process.platform !== "linux")("a node may do nothing that it does not need (Linux only)", () => {
  const { HostConfig: host, ...settings } = containerSettings(options);
  expect(host).toMatchObject({
    Init: true,
    CapDrop: ["ALL"],
    ReadonlyRootfs: true,
    NetworkMode: "faultline-r",
    NanoCpus: 5e8,
    Memory: 67_108_864,
    MemorySwap: 67_108_864,
  });
  expect(host?.SecurityOpt).toContain("no-new-privileges");
  expect(host?.Mounts).toEqual([{ Type: "bind", Source: "/some/where:with,odd name", Target: "/faultline" }]);
  expect(host?.PortBindings).toBeUndefined();
  expect(settings.User).toBe(`${process.getuid?.()}:${process.getgid?.()}`);
  expect(settings.Labels).toMatchObject({ faultline: "node", "faultline.run": "r" });
});

test.skipIf(process.platform !== "linux")("the proxy sees no folder, is not limited, and holds its input (Linux only)", () => {
  const { folder: _, ...rest } = options;
  const { HostConfig: host, ...settings } = containerSettings({ ...rest, kind: "proxy" });
  expect(host?.Mounts).toEqual([]);
  expect(host?.NanoCpus).toBeUndefined();
  expect(settings).toMatchObject({ OpenStdin: true, StdinOnce: true });
});
