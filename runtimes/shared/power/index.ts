// Power cuts below a real file system; probing and running the tools of the system, for all that needs root.
export { probeCapability } from "./capability.ts";
export type { CapabilityProbe } from "./capability.ts";
export { CommandError, runCommand } from "./command.ts";
export type { CommandOptions, RunCommand } from "./command.ts";
export { PowerFilesystem } from "./power-filesystem.ts";
export type { PowerFilesystemOptions } from "./power-filesystem.ts";
export { powerHealer, removePowerFilesystem } from "./power-healer.ts";
export { probePowerFilesystem } from "./power-probe.ts";
