// Clock faults on live processes that are not ours: through their vDSO, on Linux and 64-bit x86. docs/clock-skew.md says how.
export { VdsoClock, offsetLimitNs } from "./vdso-clock.ts";
export type { SkippedProcess, VdsoClockOptions } from "./vdso-clock.ts";
export { VdsoError } from "./vdso-error.ts";
export type { VdsoReason } from "./vdso-error.ts";
export { vdsoHealer } from "./vdso-healer.ts";
export { ClockDrift } from "./clock-drift.ts";
export type { DriftingClock, DriftOptions } from "./clock-drift.ts";
export { probeVdso } from "./vdso-probe.ts";
export type { VdsoProbe } from "./vdso-probe.ts";
export { whileStopped } from "./stopped.ts";
export type { StopOptions } from "./stopped.ts";
