// One call over a stream: request there, handler at most once, reply back, or an error, or its time limit. For the network.
import type { CallDone, CallError, CallErrorKind, Exchange, Reply } from "../../harness/environment.ts";
import type { ActiveFault } from "./active-fault.ts";
import { bodyLimitBytes, encodedSizeBytes, freezeBody, type Body, type BodyHasher } from "./bodies.ts";
import type { Event, EventHandle } from "./event-queue.ts";
import type { Incarnation } from "./host.ts";
import type { Connection, Link } from "./link.ts";
import { kindOf } from "./trace.ts";

const requestKind = kindOf("request");
const replyKind = kindOf("reply");
const failedKind = kindOf("call-failed");

const connectionsPerPair = 8;
const waitingPerPair = 1_000;

/** What can become due for an exchange. Arriving asks the link, handling asks the processor: a message that waits for a paused host has passed its link. */
const requestArrives = 0;
const requestHandled = 1;
const replyArrives = 2;
const replyHandled = 3;
const errorArrives = 4;
const errorHandled = 5;
const timeLimit = 6;

/** Frozen and shared: an error costs no allocation. */
const errors: Readonly<Record<CallErrorKind, CallError>> = {
  Refused: Object.freeze<CallError>({ kind: "Refused", isDefinite: true }),
  Reset: Object.freeze<CallError>({ kind: "Reset", isDefinite: false }),
  Timeout: Object.freeze<CallError>({ kind: "Timeout", isDefinite: false }),
  TooLarge: Object.freeze<CallError>({ kind: "TooLarge", isDefinite: true }),
};

/** For a call to a name that nobody has. */
export const refused: CallError = errors.Refused;

/** What all exchanges of a network share. */
export interface ExchangeContext {
  readonly hasher: BodyHasher;
  readonly isFreezing: boolean;
  messageCount: number;
}

export interface CallInOptions {
  readonly context: ExchangeContext;
  readonly caller: Incarnation;
  readonly there: Link<StreamExchange>;
  readonly back: Link<StreamExchange>;
  readonly request: Exchange;
  readonly timeoutUs: number;
  readonly done: CallDone;
}

/** A connection of its own out of the pair's pool; it belongs to the incarnation that it was opened to. */
export class StreamExchange implements Event, Connection {
  readonly #context: ExchangeContext;
  readonly #caller: Incarnation;
  readonly #there: Link<StreamExchange>;
  readonly #back: Link<StreamExchange>;
  readonly #request: Exchange;
  readonly #done: CallDone;
  readonly #requestHash: number;
  readonly #timeout: EventHandle;
  /** Null: nobody was there when the connection was opened. */
  #target: Incarnation | null = null;
  #reply: Reply | null = null;
  #replyHash = 0;
  #error: CallError | null = null;
  #isDone = false;
  #isSevered = false;
  #isAnswered = false;
  #resetAfter: ActiveFault | null = null;

  constructor(options: CallInOptions) {
    const { context, caller, request } = options;
    this.#context = context;
    this.#caller = caller;
    this.#there = options.there;
    this.#back = options.back;
    this.#request = request;
    this.#done = options.done;
    this.#requestHash = context.hasher.hash(request.path) ^ context.hasher.hash(request.query) ^ this.#hashOf(request.body);
    this.#timeout = caller.host.scheduler.schedule(this, timeLimit, options.timeoutUs, caller.host.index);
  }

  /** Call it once, right after the constructor. */
  start(): void {
    if (isTooLarge(this.#context.hasher.sizeBoundBytes, this.#request.body)) this.#failLocally(errors.TooLarge);
    else this.#connect();
  }

  fire(stage: number): void {
    switch (stage) {
      case requestArrives:
        this.#arrive(this.#there, stage);
        return;
      case replyArrives:
      case errorArrives:
        this.#arrive(this.#back, stage);
        return;
      case requestHandled:
        this.#handleRequest();
        return;
      case replyHandled:
        this.#handleReply();
        return;
      case errorHandled:
        this.#handleError(this.#error ?? errors.Reset, stage);
        return;
      default:
        this.#handleError(errors.Timeout, timeLimit);
    }
  }

  release(stage: number): void {
    const link = stage === requestArrives ? this.#there : this.#back;
    link.to.scheduler.schedule(this, stage, link.delayUs(), link.to.index);
  }

  sever(): boolean {
    if (this.#isSevered) return false;
    this.#isSevered = true;
    if (this.#isDone || !this.#caller.isAlive) return false;
    this.#fail(errors.Reset);
    return true;
  }

  /** A connection to a process that died is reset, unless the reply had left. */
  targetDied(incarnation: Incarnation): void {
    if (this.#target === incarnation && this.#reply === null) this.sever();
  }

  #connect(): void {
    const { open, waiting } = this.#there;
    if (open.length < connectionsPerPair) this.#open();
    else if (waiting.length < waitingPerPair) waiting.push(this);
    else this.#failLocally(errors.Refused);
  }

  #open(): void {
    const link = this.#there;
    link.open.push(this);
    this.#target = link.to.incarnation;
    this.#context.messageCount++;
    link.to.scheduler.schedule(this, requestArrives, link.delayUs(), link.to.index);
  }

  /** The bytes are at the far end of their link, unless it is blocked. */
  #arrive(link: Link<StreamExchange>, stage: number): void {
    if (link.isBlocked) {
      link.stall(this, stage);
      return;
    }
    this.fire(stage + 1);
  }

  #handleRequest(): void {
    if (this.#isSevered) return;
    const { to } = this.#there;
    if (to.isHeld) {
      to.park(this, requestHandled);
      return;
    }
    const incarnation = to.incarnation;
    if (this.#target !== null && this.#target !== incarnation) this.#fail(errors.Reset);
    else if (incarnation === null || incarnation.serve === null || this.#isRefused()) this.#fail(errors.Refused);
    else if (this.#isResetBefore()) this.#fail(errors.Reset);
    else {
      this.#target = incarnation;
      incarnation.begin(requestKind, this.#requestHash);
      incarnation.serve(this.#request, this.#caller.name, (reply) => this.#answer(incarnation, reply));
    }
  }

  #isRefused(): boolean {
    const rule = this.#there.rules.find((each) => each.kind === "refuse");
    rule?.affect("refusedCalls");
    return rule !== undefined;
  }

  /** Draws whether a `reset` fault hits this exchange, and when: now, or after the handler ran. */
  #isResetBefore(): boolean {
    const { rules, random } = this.#there;
    for (const rule of rules) {
      if (rule.fault.kind !== "reset" || !random.chance(rule.fault.params.probability, "reset")) continue;
      if (random.chance(0.5, "reset after")) {
        this.#resetAfter = rule;
        continue;
      }
      rule.affect("resetCalls");
      return true;
    }
    return false;
  }

  #answer(incarnation: Incarnation, reply: Reply): void {
    if (this.#isAnswered || !incarnation.isAlive) return;
    this.#isAnswered = true;
    if (this.#isDone || this.#isSevered || !this.#caller.isAlive) return;
    const halfOpen = this.#there.rules.find((rule) => rule.kind === "half-open");
    const { hasher } = this.#context;
    this.#replyHash = reply.status ^ this.#hashOf(reply.body);
    if (this.#resetAfter !== null) {
      this.#resetAfter.affect("resetCalls");
      this.#fail(errors.Reset);
    } else if (halfOpen !== undefined) halfOpen.affect("lostReplies");
    else if (isTooLarge(hasher.sizeBoundBytes, reply.body)) this.#fail(errors.Reset);
    else {
      this.#reply = reply;
      this.#context.messageCount++;
      this.#back.to.scheduler.schedule(this, replyArrives, this.#back.delayUs(), this.#back.to.index);
    }
  }

  #handleReply(): void {
    if (this.#isDone || this.#isSevered || !this.#caller.isAlive) return;
    if (this.#caller.host.isHeld) {
      this.#caller.host.park(this, replyHandled);
      return;
    }
    this.#caller.begin(replyKind, this.#replyHash);
    this.#finish(null, this.#reply);
  }

  #handleError(error: CallError, stage: number): void {
    if (this.#isDone || !this.#caller.isAlive) return;
    if (this.#caller.host.isHeld) {
      this.#caller.host.park(this, stage);
      return;
    }
    this.#caller.begin(failedKind, this.#requestHash ^ error.kind.length);
    this.#finish(error, null);
  }

  #finish(error: CallError | null, reply: Reply | null): void {
    this.#isDone = true;
    this.#caller.host.scheduler.cancel(this.#timeout);
    this.#leavePool();
    this.#done(error, reply);
  }

  #leavePool(): void {
    const { open, waiting } = this.#there;
    const index = open.indexOf(this);
    if (index < 0) {
      const place = waiting.indexOf(this);
      if (place >= 0) waiting.splice(place, 1);
      return;
    }
    open.splice(index, 1);
    const next = waiting.shift();
    if (next !== undefined) next.#open();
  }

  /** The far end, or the network, ends the exchange; the news travels back. */
  #fail(error: CallError): void {
    this.#error = error;
    if (this.#isDone || !this.#caller.isAlive) return;
    this.#back.to.scheduler.schedule(this, errorArrives, this.#back.delayUs(), this.#back.to.index);
  }

  #failLocally(error: CallError): void {
    this.#error = error;
    this.#caller.host.scheduler.schedule(this, errorHandled, 0, this.#caller.host.index);
  }

  #hashOf(body: Body): number {
    if (this.#context.isFreezing) freezeBody(body);
    return this.#context.hasher.hash(body);
  }
}

function isTooLarge(boundBytes: number, body: Body): boolean {
  return boundBytes > bodyLimitBytes && encodedSizeBytes(body) > bodyLimitBytes;
}
