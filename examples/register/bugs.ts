// The register system with three planted bugs, to see what Faultline makes of them: each overrides one method.
import type { Bug, Environment, Exchange, Input, Json, NodeOptions, Reply, System } from "faultline";
import { RegisterNode, system as correct } from "./register.ts";

/** Nodes that pass requests on answer reads from what they saw last. */
class StaleCacheNode extends RegisterNode {
  protected override async passOn(request: Exchange): Promise<Reply> {
    const { f, key = "" } = request.body as Input;
    if (f === "read" && this.values.has(key)) return { status: 200, body: this.values.get(key) ?? null };
    const reply = await super.passOn(request);
    if (f === "read" && reply.status === 200) this.values.set(key, reply.body as Json);
    return reply;
  }
}

/** Answers before the journal has the change: gone with the process. */
class MemoryOnlyNode extends RegisterNode {
  protected override async change(key: Json, value: Json): Promise<void> {
    this.values.set(key, value);
  }
}

/** Two requests at a time: both compare before either sets. */
class RacingNode extends RegisterNode {
  protected override inTurn<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

function bug(name: string, text: string, NodeClass: new (environment: Environment, options: NodeOptions) => RegisterNode): Bug {
  return {
    name,
    id: name,
    text,
    variant: "default",
    node: (environment, options) => new NodeClass(environment, options),
    imitates: "an everyday slip",
    needs: [],
    accusedBy: "register.linearizable",
    difficulty: "T1",
  };
}

export const system: System = {
  ...correct,
  bugs: [
    bug("stale-cache", "other nodes answer reads from what they saw last", StaleCacheNode),
    bug("memory-only", "a change is acknowledged before it is on disk", MemoryOnlyNode),
    bug("racing-cas", "two requests at a time compare before either sets", RacingNode),
  ],
};
