// All calls from one host to one other: 8 connections, then a queue of 1,000, then Refused; as in every runtime. For networks.
import type { CallDone, CallError, CallErrorKind, Reply } from "../../../harness/environment.ts";
import { CallConnection, type CallConnectionObserver, type Loss, type Route } from "./call-connection.ts";
import type { Encoded } from "./http-form.ts";

const connectionsPerPair = 8;
const waitingPerPair = 1_000;
/** Servers never close a connection that is idle; callers do. */
const idleLimitMs = 2_000;
/** Connections whose exchange has timed out and that may still deliver it; more, and the oldest is given up. */
const asidePerPair = 256;
/** Node counts whole milliseconds in 31 bits. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Frozen and shared: an error costs no allocation. */
export const callErrors: Readonly<Record<CallErrorKind, CallError>> = {
  Refused: Object.freeze<CallError>({ kind: "Refused", isDefinite: true }),
  Reset: Object.freeze<CallError>({ kind: "Reset", isDefinite: false }),
  Timeout: Object.freeze<CallError>({ kind: "Timeout", isDefinite: false }),
  TooLarge: Object.freeze<CallError>({ kind: "TooLarge", isDefinite: true }),
};

export interface CallLimits {
  readonly timeoutMs: number;
  /** Called once, never within `call`; not after `close`. */
  readonly done: CallDone;
}

class PendingCall {
  readonly request: Encoded;
  readonly done: CallDone;
  readonly timeout: NodeJS.Timeout;
  /** Undefined while it waits for one. */
  connection: CallConnection | undefined;

  constructor(request: Encoded, done: CallDone, timeout: NodeJS.Timeout) {
    this.request = request;
    this.done = done;
    this.timeout = timeout;
  }
}

/** A timed-out exchange leaves the pool with its connection, which is kept aside until it answers or ends: the request may still be delivered. */
export class CallPool implements CallConnectionObserver {
  readonly #route: Route;
  /** By the connection that carries it. */
  readonly #open = new Map<CallConnection, PendingCall>();
  /** In order of arrival. */
  readonly #waiting = new Set<PendingCall>();
  /** The one used last is the last. */
  readonly #idle: CallConnection[] = [];
  /** Oldest first. */
  readonly #aside = new Set<CallConnection>();
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(route: Route) {
    this.#route = route;
  }

  call(request: Encoded, { timeoutMs, done }: CallLimits): void {
    const timeout = setTimeout(() => this.#timedOut(call), Math.min(longestTimeoutMs, Math.ceil(timeoutMs)));
    const call = new PendingCall(request, done, timeout);
    if (this.#open.size < connectionsPerPair) this.#begin(call);
    else if (this.#waiting.size < waitingPerPair) this.#waiting.add(call);
    else {
      clearTimeout(timeout);
      setImmediate(() => this.#tell(call, callErrors.Refused, null));
    }
  }

  /** No socket and no timer is left, and nobody is told. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const call of [...this.#open.values(), ...this.#waiting]) clearTimeout(call.timeout);
    for (const connection of [...this.#open.keys(), ...this.#idle, ...this.#aside]) connection.destroy();
    this.#open.clear();
    this.#waiting.clear();
    this.#idle.length = 0;
    this.#aside.clear();
  }

  replied(connection: CallConnection, reply: Reply): void {
    this.#free(connection, null, reply);
  }

  declined(connection: CallConnection): void {
    this.#free(connection, callErrors.Refused, null);
  }

  lost(connection: CallConnection, loss: Loss): void {
    const call = this.#open.get(connection);
    if (call === undefined) {
      this.#aside.delete(connection);
      const index = this.#idle.indexOf(connection);
      if (index >= 0) this.#idle.splice(index, 1);
      return;
    }
    this.#open.delete(connection);
    this.#beginNext();
    this.#finish(call, callErrors[loss], null);
  }

  #begin(call: PendingCall): void {
    const connection = this.#idle.pop() ?? new CallConnection(this.#route, this);
    call.connection = connection;
    this.#open.set(connection, call);
    connection.send(call.request);
  }

  #beginNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#begin(next);
  }

  #free(connection: CallConnection, error: CallError | null, reply: Reply | null): void {
    const call = this.#open.get(connection);
    if (call === undefined) {
      // The late reply of an exchange that had timed out: nobody waits for it.
      this.#aside.delete(connection);
      connection.destroy();
      return;
    }
    this.#open.delete(connection);
    connection.idleSinceMs = performance.now();
    this.#idle.push(connection);
    this.#beginNext();
    this.#sweepLater(idleLimitMs);
    this.#finish(call, error, reply);
  }

  #timedOut(call: PendingCall): void {
    const { connection } = call;
    if (connection === undefined) this.#waiting.delete(call);
    else {
      this.#open.delete(connection);
      this.#setAside(connection);
      this.#beginNext();
    }
    this.#tell(call, callErrors.Timeout, null);
  }

  #setAside(connection: CallConnection): void {
    this.#aside.add(connection);
    if (this.#aside.size <= asidePerPair) return;
    for (const oldest of this.#aside) {
      this.#aside.delete(oldest);
      oldest.destroy();
      return;
    }
  }

  #finish(call: PendingCall, error: CallError | null, reply: Reply | null): void {
    clearTimeout(call.timeout);
    this.#tell(call, error, reply);
  }

  #tell({ done }: PendingCall, error: CallError | null, reply: Reply | null): void {
    if (!this.#isClosed) done(error, reply);
  }

  #sweepLater(delayMs: number): void {
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined;
      this.#closeIdle();
    }, delayMs);
  }

  /** The list is in the order in which they became idle. */
  #closeIdle(): void {
    const nowMs = performance.now();
    const firstFresh = this.#idle.findIndex(({ idleSinceMs }) => nowMs - idleSinceMs < idleLimitMs);
    const stale = this.#idle.splice(0, firstFresh < 0 ? this.#idle.length : firstFresh);
    for (const connection of stale) connection.destroy();
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.#sweepLater(Math.ceil(idleLimitMs - (nowMs - oldest.idleSinceMs)));
  }
}
