// The links over which nodes ask a time service, with a latency on either direction: what sets their clocks wrong. For the clock mechanism "time-link".
import type { NodeName } from "../../../harness/operation.ts";
import { ProxyEngine } from "../proxy/index.ts";
import type { Address } from "../wire/bootstrap.ts";

/** Extra latency on a node's questions to the time service, and on the answers. Whole milliseconds. */
export interface LinkDelay {
  readonly requestMs: number;
  readonly replyMs: number;
}

/** By Cristian's rule (estimate = server's time + half the round trip) an extra D on the reply makes a clock lag D/2, on the request lead D/2. */
export interface TimeLinks {
  /** In force when it resolves, also for what is under way. */
  setDelay(node: NodeName, delay: LinkDelay): Promise<void>;
}

export interface TimeLinksOptions {
  readonly nodes: readonly NodeName[];
  /** The time service. */
  readonly service: Address;
  /** Address on which the links listen; must be reachable by the nodes. */
  readonly listenHost: string;
}

/** Links of a run, one a node. */
export interface OpenTimeLinks extends TimeLinks {
  /** Where this node asks for the time (`Begin.timeService`). */
  address(node: NodeName): Address;
  /** No socket is left. Idempotent. */
  close(): Promise<void>;
}

const toxicOf = { requestMs: "upstream", replyMs: "downstream" } as const;

/** One embedded proxy a node, each listening on any port. @throws ProxyError if an address cannot be listened on */
export async function createTimeLinks({ nodes, service, listenHost }: TimeLinksOptions): Promise<OpenTimeLinks> {
  const engine = new ProxyEngine();
  const upstream = `${service.host}:${service.port}`;
  try {
    for (const node of nodes) await engine.createProxy({ name: node, listen: `${listenHost}:0`, upstream });
  } catch (error) {
    await engine.close();
    throw error;
  }
  return {
    address: (node) => addressOf(engine.proxy(node).listen),
    setDelay: (node, delay) => Promise.resolve(setDelay(engine, node, delay)),
    close: () => engine.close(),
  };
}

function setDelay(engine: ProxyEngine, node: NodeName, delay: LinkDelay): void {
  const proxy = engine.proxy(node);
  for (const direction of ["requestMs", "replyMs"] as const) {
    const stream = toxicOf[direction];
    const isThere = proxy.toxics.some(({ name }) => name === stream);
    const attributes = { latency: Math.round(delay[direction]), jitter: 0 };
    if (isThere) proxy.updateToxic(stream, { attributes });
    else proxy.addToxic({ type: "latency", name: stream, stream, attributes });
  }
}

function addressOf(text: string): Address {
  const end = text.lastIndexOf(":");
  return { host: text.slice(0, end), port: Number(text.slice(end + 1)) };
}
