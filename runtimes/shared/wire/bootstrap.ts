// What a node host reads before anything else: where the harness is, and who it is itself. For machines, which write it, and the node host.
import type { NodeName } from "../../../harness/operation.ts";

export interface Address {
  /** IPv4 address; names are not resolved on the way. */
  readonly host: string;
  readonly port: number;
}

/** A JSON file of mode 0600, its path the one argument of the node host. Everything else arrives on the control channel. */
export interface Bootstrap {
  readonly schema: "faultline/bootstrap/1";
  readonly control: Address;
  /** Proves to the harness that the connection is from this incarnation; 32 hex digits, fresh for each. */
  readonly token: string;
  readonly node: NodeName;
  readonly incarnation: number;
}
