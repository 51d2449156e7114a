// A small system of one's own, whole: one primary keeps registers and writes each change to its journal before it answers;
// the other nodes pass requests on. Try `npm run faultline -- explore ./examples/register/register.ts --seeds 200`.
import { callAsync, defineSystem, Journal, registerWorkload } from "faultline";
import type { Client, ClusterView, Environment, Exchange, Input, Json, Node, NodeOptions, Reply, System } from "faultline";

export class RegisterNode implements Node {
  protected readonly environment: Environment;
  protected readonly values: Map<Json, Json> = new Map();
  readonly #journal: Journal;
  readonly #primary: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.#journal = new Journal(environment, "registers");
    this.#primary = options.nodes[0] ?? environment.self;
  }

  async start(): Promise<void> {
    for (const record of await this.#journal.open()) this.values.set(...(record as [Json, Json]));
    this.environment.network.serve((request, _from, answer) => void this.handle(request).then(answer));
  }
  async stop(): Promise<void> {}
  protected async handle(request: Exchange): Promise<Reply> {
    if (request.path === "/readyz") return { status: 200 };
    if (this.environment.self !== this.#primary) return this.passOn(request);
    return { status: 200, body: await this.inTurn(() => this.execute(request.body as Input)) };
  }
  protected async passOn(request: Exchange): Promise<Reply> {
    const { reply } = await callAsync(this.environment.network, this.#primary, request, { timeoutMs: 800 });
    return reply ?? { status: 504 };
  }
  /** One after the other, so that nobody sees a value that is not on disk yet. */
  protected inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result;
    return result;
  }
  protected async execute({ f, key = "", from, to, value }: Input): Promise<Json> {
    const current = this.values.get(key) ?? null;
    if (f === "read") return current;
    if (f === "cas" && current !== from) return false;
    await this.change(key, (f === "cas" ? to : value) ?? null);
    return f === "cas" ? true : null;
  }
  protected async change(key: Json, value: Json): Promise<void> {
    await new Promise<void>((resolve) => this.#journal.append([key, value], resolve));
    this.values.set(key, value);
  }
}
const client = ({ network }: Environment, { home }: ClusterView): Client => ({
  async invoke(input) {
    const { error, reply } = await callAsync(network, home, { method: "POST", path: "/", body: input }, { timeoutMs: 900 });
    if (reply?.status === 200) return { type: "ok", output: reply.body as Json };
    return { type: error?.isDefinite === true || input.f === "read" ? "fail" : "info", error: error?.kind ?? "no answer" };
  },
  close: async () => {},
});
const node = (environment: Environment, options: NodeOptions): Node => new RegisterNode(environment, options);
export const system: System = defineSystem({ name: "register", workloads: [registerWorkload], node, client });
