// All healers of what runs in real time leave when their harness is killed. For the end of a run and for the sweep before the next.
import { tmpdir } from "node:os";
import { vdsoHealer } from "../clock/index.ts";
import { powerHealer } from "../power/index.ts";
import { killHealer, resumeHealer, runFolderHealer, type Healer } from "../undo/index.ts";

/** For `sweepUndo`. Containers have a sweep of their own. */
export const realTimeHealers: readonly Healer[] = [resumeHealer, vdsoHealer, killHealer, powerHealer(tmpdir()), runFolderHealer];
