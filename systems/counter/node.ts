// What every variant of the counter's node shares: routing of requests, health and debugging. The variants say how a
// change is made durable and what a read may answer.
import type { Answer, Environment, Exchange } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Node, NodeOptions } from "../../harness/system.ts";
import { badRequest, decodeRequest, type CounterRequest } from "./messages.ts";

export type CounterChange = Exclude<CounterRequest, { kind: "read" | "likes" }>;
export type CounterRead = Extract<CounterRequest, { kind: "read" | "likes" }>;

export abstract class CounterNode implements Node {
  protected readonly environment: Environment;
  protected readonly options: NodeOptions;

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.options = options;
  }

  async start(): Promise<void> {
    this.environment.probe.state(() => this.inspect());
    await this.recover();
    this.environment.network.serve((request, from, answer) => this.handle(request, from, answer));
  }

  async stop(): Promise<void> {}

  protected abstract recover(): Promise<void>;
  protected abstract change(request: CounterChange, answer: Answer): void;
  protected abstract read(request: CounterRead, answer: Answer): void;
  protected abstract isReady(): boolean;
  protected abstract inspect(): JsonObject;

  /** Requests between nodes; true if it was one. */
  protected handlePeer(_request: Exchange, _from: NodeName, _answer: Answer): boolean {
    return false;
  }

  private handle(request: Exchange, from: NodeName, answer: Answer): void {
    if (this.handlePeer(request, from, answer)) return;
    switch (request.path) {
      case "/healthz":
        return answer({ status: 200 });
      case "/readyz":
        return answer({ status: this.isReady() ? 200 : 503 });
      case "/debug/state":
        return answer({ status: 200, body: this.inspect() });
      default:
        return this.handleCounter(request, answer);
    }
  }

  private handleCounter(request: Exchange, answer: Answer): void {
    const decoded = decodeRequest(request);
    if (decoded === null) return answer(badRequest);
    if (decoded.kind === "read" || decoded.kind === "likes") return this.read(decoded, answer);
    this.change(decoded, answer);
  }
}
