// Turns an invocation into calls on a system. For authors of systems and adapters.
import type { Json } from "./json.ts";
import type { Input, NodeName, Outcome } from "./operation.ts";

/**
 * Bound to one node (it may follow that node's redirects). It never hides a retry that could take effect twice unless
 * the protocol makes the retry idempotent. Every call ends: by its own time limit or the runner's. An exception
 * becomes `info`. After an `info` it is closed and a fresh one opened under a new process number.
 */
export interface Client<I extends Input = Input, O extends Json = Json> {
  invoke(input: I): Promise<Outcome<O>>;
  close(): Promise<void>;
}

/** What a client, and whoever asks whether a cluster is ready, may know of it. */
export interface ClusterView {
  /** All nodes, in order. */
  readonly nodes: readonly NodeName[];
  /** The node this client is bound to. */
  readonly home: NodeName;
  readonly variant: string;
  readonly workload: string;
  /** Time limit of one operation; a client should give up (as `info` or `fail`) before it. */
  readonly operationTimeoutMs: number;
  /** Unique per client opened in a run, e.g. for sessions. */
  readonly clientName: string;
}
