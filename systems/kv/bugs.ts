// All deliberate defects of the key-value store. Used to test the tester; the correct code knows none of them.
import type { Bug } from "../../harness/system.ts";
import { raftBugs } from "./raft-bugs.ts";
import { storeBugs } from "./store-bugs.ts";

export const bugs: readonly Bug[] = [...raftBugs, ...storeBugs];
