// What the containers of a run may do: as little as they need. For nodes and for their proxy.
import type { RunFrame } from "../shared/cluster/index.ts";
import type { AppImage } from "./app-image.ts";
import type { ContainerSettings } from "./engine.ts";
import { runLabels } from "./labels.ts";
import type { RunNetwork } from "./run-network.ts";

export interface SettingsOptions {
  readonly kind: "node" | "proxy";
  readonly name: string;
  readonly hostname: string;
  readonly command: readonly string[];
  /** A folder of this machine that it sees as `/faultline`. */
  readonly folder?: string;
  readonly frame: Pick<RunFrame, "runId" | "options">;
  readonly image: AppImage;
  readonly network: RunNetwork;
}

export const folderInside = "/faultline";

/** Threads and processes together. */
const processLimit = 512;
const mebibyte = 1024 * 1024;

/**
 * An init process (the first process of a container ignores its own SIGKILL and SIGSTOP), no capability, no way to gain one, a root that
 * cannot be written, no port on this machine, the user who runs the harness (so that both can use the folder).
 */
export function containerSettings({ kind, name, hostname, command, folder, frame, image, network }: SettingsOptions): ContainerSettings {
  const { cpus, memoryMb } = frame.options;
  const isNode = kind === "node";
  return {
    name,
    Image: image.reference,
    Cmd: [...command],
    Hostname: hostname,
    // The proxy lives as long as the harness holds its standard input.
    ...(isNode ? {} : { OpenStdin: true, StdinOnce: true }),
    User: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    WorkingDir: "/app",
    Labels: runLabels(kind, frame.runId),
    HostConfig: {
      Init: true,
      NetworkMode: network.name,
      Mounts: folder === undefined ? [] : [{ Type: "bind", Source: folder, Target: folderInside }],
      CapDrop: ["ALL"],
      // Without labels of SELinux the mounted folder can be used wherever it lies.
      SecurityOpt: ["no-new-privileges", "label=disable"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,nosuid,nodev,size=64m" },
      PidsLimit: processLimit,
      LogConfig: { Type: "json-file", Config: { "max-size": "16m", "max-file": "2" } },
      RestartPolicy: { Name: "no" },
      // Without swap: what is over the limit is killed, not slow.
      ...(isNode && memoryMb > 0 ? { Memory: memoryMb * mebibyte, MemorySwap: memoryMb * mebibyte } : {}),
      ...(isNode && cpus > 0 ? { NanoCpus: Math.round(cpus * 1e9) } : {}),
    },
  };
}
