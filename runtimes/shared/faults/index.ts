// Faults in real time: the harness's Faults port over members and links, and the three ways to set clocks wrong. For the real-time cluster.
export { RealTimeFaults } from "./real-time-faults.ts";
export type { RealTimeFaultsOptions } from "./real-time-faults.ts";
export type { ClockMechanism, ClockReading } from "./clock-mechanism.ts";
export { environmentClock } from "./environment-clock.ts";
export { timeLinkClock } from "./time-link-clock.ts";
export type { TimeLinkClockOptions } from "./time-link-clock.ts";
export { vdsoMechanism } from "./vdso-mechanism.ts";
export type { VdsoMechanismOptions } from "./vdso-mechanism.ts";
export { createTimeLinks } from "./time-links.ts";
export type { LinkDelay, OpenTimeLinks, TimeLinks, TimeLinksOptions } from "./time-links.ts";
