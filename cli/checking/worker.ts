// The entry of the threads of `check FILE`. Started by `check-thread.ts`.
import { parentPort, workerData } from "node:worker_threads";
import { chosenModel } from "../../checkers/linearizability/named-models.ts";
import { assert } from "../../harness/errors.ts";
import { modelOf, serve, type ThreadTask } from "./serve.ts";

if (parentPort === null) throw new Error("this file is the entry of a worker thread; run cli/main.ts instead");
// The boundary: tasks are written by `check-thread.ts` alone.
const task = workerData as ThreadTask;
const chosen = chosenModel(modelOf(task));
assert(chosen !== undefined, "the command line has checked the name of the model");
serve(parentPort, task, chosen);
