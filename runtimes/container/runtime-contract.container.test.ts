// The runtime contract in containers. Against a live engine.
import { afterAll, describe, expect, test } from "vitest";
import { runtimeContract } from "../runtime.contract.ts";
import { openEngine } from "./engine.ts";
import { harnessLabel, type Labels } from "./labels.ts";
import { probeContainers } from "./probe.ts";
import { createContainerRuntime } from "./runtime.ts";

const probe = await probeContainers();

describe.skipIf(!probe.isUsable)(`the contract${probe.isUsable ? "" : ` (left out: ${probe.reason})`}`, () => {
  runtimeContract({
    name: "container",
    create: createContainerRuntime,
    traits: { isRealTime: true, patienceMs: 400 },
    clusterCount: 2,
    areRunsConcurrent: false,
    limitMs: 400_000,
  });

  test("leaves no container and no network of this harness", async () => {
    expect(await leftHere()).toEqual([]);
  });
});

afterAll(async () => {
  if (probe.isUsable) expect(await leftHere()).toEqual([]);
});

/** Containers and networks that this process made. */
async function leftHere(): Promise<readonly (string | undefined)[]> {
  const { docker } = await openEngine();
  const isOurs = (labels: Labels | undefined): boolean => labels?.[harnessLabel]?.startsWith(`${process.pid}:`) === true;
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true }), docker.listNetworks()]);
  return [
    ...containers.filter(({ Labels: labels }) => isOurs(labels)).flatMap(({ Names: names }) => names),
    ...networks.filter(({ Labels: labels }) => isOurs(labels)).map(({ Name: name }) => name),
  ];
}
