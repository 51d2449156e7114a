// A node that dies again before it has recovered: recovery must be able to fail at any point and begin anew.
import type { Nemesis } from "../harness/nemesis.ts";
import { named } from "./define.ts";
import type { FaultBody } from "./draw-fault.ts";
import { oneNode } from "./victims.ts";
import { alternating, type Window } from "./windows.ts";

const crashes = { least: 3, most: 6 } as const;
const downMs = { least: 5, most: 60 } as const;
/** From the restart to the next death: from the middle of recovery to shortly after it. */
const upMs = { least: 1, most: 200 } as const;

export const crashLoop: Nemesis = {
  name: "crash-loop",
  text: "Kills one node three to six times in a row, each time during or shortly after its recovery; now and then by power cuts.",
  kinds: ["kill", "power-cut"],
  schedule({ random, nodes, durationMs, allowed }) {
    const usable = (["kill", "kill", "power-cut"] as const).filter((kind) => allowed.has(kind));
    if (usable.length === 0 || nodes.length === 0 || durationMs < 2) return [];
    const loops = alternating(random, { durationMs, shortestMs: 100, longestMs: 1500, calmMs: [500, 3000] });
    const faults = loops.flatMap((loop) => {
      const targets = oneNode({ random, nodes });
      const kind = random.pick(usable, "kind");
      const body: FaultBody = kind === "kill" ? { kind, targets, params: {} } : { kind, targets, params: { torn: random.chance(0.5, "torn") } };
      const count = random.between(crashes.least, crashes.most, "crashes");
      const windows: Window[] = [];
      for (let atMs = loop.atMs, left = count; left > 0; left--) {
        const window = { atMs, durationMs: random.between(downMs.least, downMs.most, "down") };
        if (window.atMs + window.durationMs > durationMs) break;
        windows.push(window);
        atMs += window.durationMs + random.between(upMs.least, upMs.most, "up");
      }
      return windows.map((window) => ({ body, window }));
    });
    return named("crash-loop", faults);
  },
};
