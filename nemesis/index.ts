// The face of the nemeses: schedules of faults, and the parts to build one's own from.
export { nemeses } from "./catalogue.ts";
export { named, steady } from "./define.ts";
export type { SteadyOptions } from "./define.ts";
export { drawFault, isDrawable, largestDriftPpm, lengthsOf } from "./draw-fault.ts";
export type { FaultBody } from "./draw-fault.ts";
export { between, bridge, halves, isolated, majoritiesRing, oneWay } from "./grudge.ts";
export { alternating, scattered } from "./windows.ts";
export type { Rhythm, Window } from "./windows.ts";
