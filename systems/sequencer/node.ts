// A node of the sequencer: requests in, ids out, and an audit of every id before it leaves. The designs are id sources.
import type { Answer, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Node } from "../../harness/system.ts";
import type { GenerateAnswer, GenerateRequest, Holding, IdSource } from "./id-source.ts";
import { badRequest, decodeGenerate, idPath, replyTo } from "./messages.ts";

/** Ids that are not numbers are audited one by one, up to this many of an answer: a burst would drown the history in text. */
const auditedTextIds = 16;

type Counters = Record<GenerateAnswer["kind"], number>;

export class SequencerNode implements Node {
  protected readonly environment: Environment;
  private readonly source: IdSource;
  private readonly counters: Counters = { ids: 0, refused: 0, elsewhere: 0, unknown: 0, "bad-token": 0 };
  private idCount = 0;

  constructor(environment: Environment, source: IdSource) {
    this.environment = environment;
    this.source = source;
  }

  async start(): Promise<void> {
    this.environment.probe.state(() => this.source.inspect());
    await this.source.start();
    this.environment.network.serve((request, from, answer) => this.handle(request, from, answer));
  }

  stop(): Promise<void> {
    return this.source.stop();
  }

  /** What goes over the wire for an answer. */
  protected reply(answer: GenerateAnswer): Reply {
    return replyTo(answer);
  }

  private handle(request: Exchange, from: NodeName, answer: Answer): void {
    if (this.source.handlePeer(request, from, answer)) return;
    switch (request.path) {
      case idPath:
        return request.method === "POST" ? this.generate(request, answer) : answer({ status: 405 });
      case "/healthz":
        return answer({ status: 200 });
      case "/readyz":
        return answer({ status: this.source.isReady() ? 200 : 503 });
      case "/metrics":
        return answer({ status: 200, body: new TextEncoder().encode(this.metrics()) });
      case "/debug/state":
        return answer({ status: 200, body: this.source.inspect() });
      default:
        return answer({ status: 404 });
    }
  }

  private generate(exchange: Exchange, answer: Answer): void {
    const request = decodeGenerate(exchange);
    if (request === null) return answer(badRequest);
    this.source.generate(request, (generated) => {
      this.audit(request, generated);
      answer(this.reply(generated));
    });
  }

  /** Stated before the answer leaves, so that ids in a lost answer count as given too. */
  private audit(request: GenerateRequest, answer: GenerateAnswer): void {
    this.counters[answer.kind]++;
    const { probe } = this.environment;
    if (answer.kind === "refused") probe.fact("sequencer.refused", { reason: answer.reason, isEntitled: answer.isEntitled });
    if (answer.kind !== "ids") return;
    this.idCount += answer.ids.length;
    probe.fact(
      "sequencer.handed",
      answer.holding === null ? { ids: answer.ids.slice(0, auditedTextIds) } : { ...answer.holding, runs: runsOf(answer.ids, answer.holding) },
    );
    probe.mark("sequencer.handed");
    probe.sometimes(request.after !== null, "sequencer.answered-after-token");
  }

  private metrics(): string {
    const samples = Object.entries(this.counters).map(([kind, count]) => `sequencer_requests_total{answer="${kind}"} ${count}`);
    return ["# TYPE sequencer_requests_total counter", ...samples, "# TYPE sequencer_ids_total counter", `sequencer_ids_total ${this.idCount}`, ""].join("\n");
  }
}

/** First and last id of each stretch without a gap, so that the audit of a burst stays small. */
function runsOf(ids: readonly string[], holding: Holding): [string, string][] {
  const stride = BigInt(holding.stride);
  const runs: [string, string][] = [];
  let expected: bigint | null = null;
  for (const id of ids) {
    const value = BigInt(id);
    const run = runs.at(-1);
    if (run !== undefined && value === expected) run[1] = id;
    else runs.push([id, id]);
    expected = value + stride;
  }
  return runs;
}
