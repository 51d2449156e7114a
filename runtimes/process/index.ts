// The process runtime: every node a process of its own on this machine.
export { createProcessRuntime } from "./process-runtime.ts";
