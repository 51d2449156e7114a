// Timers of the recorder in real time. For the cluster.
import { Life } from "../host/life.ts";
import { RealTimers } from "../host/timers.ts";

/** They belong to no node; what they run may throw, and that is a mistake of the harness: it leaves the event loop as it came. */
export class RecorderTimers extends RealTimers {
  constructor() {
    super(
      new Life((error) => {
        throw error;
      }),
    );
  }
}
