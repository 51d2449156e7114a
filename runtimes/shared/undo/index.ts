// The undo log: what would undo a fault is on the disk before the fault, so that a killed harness leaves nothing stopped, skewed or lying about.
export { identifyProcess, isRunning, signalProcess, statOf } from "./process-identity.ts";
export type { ProcessIdentity, ProcessStat } from "./process-identity.ts";
export { decodeProcess, killProcess, removePath, removeRunFolder, restoreVdso, resumeProcess } from "./undo-entry.ts";
export type { UndoAction, UndoEntry } from "./undo-entry.ts";
export { UndoLog } from "./undo-log.ts";
export type { UndoJournal, UndoNote } from "./undo-log.ts";
export { readUndoFile } from "./undo-file.ts";
export type { UndoFile, UndoProblem } from "./undo-file.ts";
export { removeHealer, resumeHealer } from "./healers.ts";
export type { Healer, Healing } from "./healers.ts";
export { findUndoLogs, isUnhealed, replayUndo, sweepUndo } from "./sweep.ts";
export type { Healed, Sweep } from "./sweep.ts";
export { killHealer } from "./kill-healer.ts";
export { runFolderHealer, runFolderName } from "./run-folder.ts";
