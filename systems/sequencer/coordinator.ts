// The replicated log inside the sequencer's own nodes, reachable from each of them: whoever needs a decision submits it, the
// leader executes it. For the designs that need agreement: central counters, blocks, slots.
import type { Answer, CallError, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { Replica, type ProposeResult, type ReplicaStatus, type StateMachine } from "../parts/replica.ts";
import { decideRetry, fateOf, RetryBudget } from "../parts/retry.ts";
import { bodyOf, leaderOf } from "./messages.ts";

const submitPath = "/sequencer/submit";
/** Two messages and a round of the log: longer than that takes in a slow network, or every attempt would be in vain. */
const attemptTimeoutMs = 600;
const policy = { baseMs: 20, capMs: 160, attemptLimit: 20 };
const snapshotEveryEntries = 200;

interface Submission {
  readonly command: Json;
  readonly deadlineMs: number;
  readonly done: (output: Json | null) => void;
  readonly attempt: number;
  /** What the last 421 said. */
  readonly hint: NodeName | null;
}

export class Coordinator<M extends StateMachine> {
  protected readonly environment: Environment;
  protected readonly machine: M;
  protected readonly replica: Replica;
  private readonly budget = new RetryBudget();

  constructor(environment: Environment, options: { readonly nodes: readonly NodeName[]; readonly machine: M }) {
    this.environment = environment;
    this.machine = options.machine;
    this.replica = new Replica(environment, { nodes: options.nodes, machine: options.machine, snapshotEveryEntries });
  }

  start(): Promise<void> {
    return this.replica.start();
  }

  stop(): Promise<void> {
    return this.replica.stop();
  }

  status(): ReplicaStatus {
    return this.replica.status();
  }

  handle(request: Exchange, from: NodeName, answer: Answer): boolean {
    if (this.replica.handle(request, from, answer)) return true;
    if (request.path !== submitPath) return false;
    const { command } = bodyOf(request);
    if (command === undefined) answer({ status: 400 });
    else this.execute(command, (result) => answer(replyTo(result)));
    return true;
  }

  /** On the leader: one round of the log. `done` runs once, always. */
  execute(command: Json, done: (result: ProposeResult) => void): void {
    this.replica.propose(command, null, done);
  }

  /**
   * From any node: the machine's output, or null if no leader gave one within `timeoutMs`. Retries also when an attempt's
   * fate is unknown, so a command must be harmless when it takes effect twice, and also when it does so late.
   */
  submit(command: Json, timeoutMs: number, done: (output: Json | null) => void): void {
    this.budget.deposit();
    this.attempt({ command, deadlineMs: this.environment.clock.monotonic() + timeoutMs, done, attempt: 1, hint: null });
  }

  private attempt(submission: Submission): void {
    const { role, leader } = this.status();
    if (role === "leader") return this.execute(submission.command, (result) => this.concluded(submission, null, replyTo(result)));
    const target = submission.hint ?? leader;
    if (target === null || target === this.environment.self)
      return this.concluded(submission, null, replyTo({ ok: false, reason: "not-leader", leader: null }));
    const leftMs = submission.deadlineMs - this.environment.clock.monotonic();
    const request: Exchange = { method: "POST", path: submitPath, body: { command: submission.command } };
    this.environment.network.call(target, request, { timeoutMs: Math.max(1, Math.min(attemptTimeoutMs, leftMs)) }, (error, reply) =>
      this.concluded(submission, error, reply),
    );
  }

  private concluded(submission: Submission, error: CallError | null, reply: Reply | null): void {
    if (reply?.status === 200) return submission.done(bodyOf(reply)["output"] ?? null);
    const { environment, budget } = this;
    const decision = decideRetry(
      {
        number: submission.attempt,
        fate: fateOf(error, reply, [421]),
        isIdempotent: true,
        nowMs: environment.clock.monotonic(),
        deadlineMs: submission.deadlineMs,
      },
      { policy, budget, random: environment.random },
    );
    if ("giveUp" in decision) return submission.done(null);
    const hint = reply === null ? null : leaderOf(reply);
    environment.timers.after(decision.retryAfterMs, () => this.attempt({ ...submission, attempt: submission.attempt + 1, hint }));
  }
}

function replyTo(result: ProposeResult): Reply {
  if (result.ok) return { status: 200, body: { output: result.output } };
  return result.reason === "not-leader" ? { status: 421, body: { leader: result.leader } } : { status: 504, body: { error: "unknown" } };
}
