// What this machine lets us do to processes, clocks, networks, disks and containers, found out by doing it. For doctor and campaigns.
import { EnvironmentError } from "../harness/errors.ts";
import type { CapabilityProbe } from "../runtimes/shared/power/index.ts";
import { containers } from "./runtimes.ts";

export interface Mechanism {
  readonly name: string;
  /** What it is good for, as an option of a run where there is one. */
  readonly use: string;
  readonly isUsable: boolean;
  /** What was seen, or why it cannot be done here. */
  readonly reason: string;
  /** What to do about it; empty if nothing is wrong, or nothing can be done. */
  readonly remedy: string;
}

/** All mechanisms that not every machine has, one after the other: each breaks a throw-away object and mends it. A few seconds. */
export async function probeMechanisms(): Promise<readonly Mechanism[]> {
  const { probeVdso } = await import("../runtimes/shared/clock/index.ts");
  const { probeNamespaces } = await import("../runtimes/process/namespaces/index.ts");
  const { probePowerFilesystem } = await import("../runtimes/shared/power/index.ts");
  const vdso = await probeVdso();
  return [
    { name: "vdso", use: "--clock vdso", isUsable: vdso.ok, reason: vdso.reason, remedy: "" },
    ...(await probeNamespaces()).map((probe) => mechanismOf(probe, "--network namespaces")),
    ...(await probePowerFilesystem()).map((probe) => mechanismOf(probe, "--power-cut filesystem")),
    await containerMechanism(),
  ];
}

function mechanismOf({ id, ok, reason, remedy }: CapabilityProbe, use: string): Mechanism {
  return { name: id, use, isUsable: ok, reason, remedy };
}

/** Undefined if containers can be run here. */
export async function containersMissing(): Promise<string | undefined> {
  const { isUsable, reason } = await containerMechanism();
  return isUsable ? undefined : reason;
}

async function containerMechanism(): Promise<Mechanism> {
  const about = { name: "docker", use: "--runtime container" };
  try {
    const probe = await (await containers()).probeContainers();
    if (!probe.isUsable) return { ...about, isUsable: false, reason: withoutStop(probe.reason), remedy: probe.wayOut };
    return { ...about, isUsable: true, reason: `Docker ${probe.version} answers; nodes run on ${probe.base}`, remedy: "" };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { ...about, isUsable: false, reason: withoutStop(error.message), remedy: error.wayOut };
  }
}

/** A sentence as a clause. */
function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}
