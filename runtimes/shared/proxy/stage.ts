// What a toxic is made of: its attributes, and a stage in one direction of one connection (or datagram session). For toxics and the data path.
import type { Random } from "../../../harness/random.ts";
import type { ExchangeState } from "./conversation.ts";
import type { ProxyClock } from "./proxy-clock.ts";

/** Takes the bytes of one direction in order, then at most one end. */
export interface Sink {
  write(chunk: Buffer): void;
  /** FIN. */
  end(): void;
}

/** Attributes as they are on the wire; numbers are integers unless the field says otherwise. */
export type Attributes = Readonly<Record<string, number | string>>;

export interface StageContext {
  /** Where the stage puts what it lets pass. It takes its own queue out first: back-pressure is looked at after every write. */
  readonly outlet: Sink;
  readonly random: Random;
  readonly clock: ProxyClock;
  /** Ends the connection after what was passed on has been sent: FIN on both sides. */
  close(this: void): void;
  /** Ends the connection at once: RST on both sides. */
  reset(this: void): void;
  /** The toxic did something worth counting, under this name. */
  affect(this: void, effect: string, count?: number): void;
  /** What the toxics of this name share on this connection, one in each direction. */
  exchange(this: void): ExchangeState;
}

/** A toxic at work in one direction of one connection. */
export interface Stage<A extends Attributes = Attributes> extends Sink {
  /** Holds so much that reading must pause. */
  isFull(): boolean;
  /** New attributes; what is held and counted stays. */
  update(attributes: A): void;
  /** The toxic was removed: passes on all that is held, at once, or ends a connection whose bytes it has lost. */
  remove(): void;
  /** The connection is over: timers end, nothing is passed on. */
  dispose(): void;
}

export interface DatagramContext {
  deliver(this: void, datagram: Buffer): void;
  /** The toxic did something to a datagram, counted under this name. */
  affect(this: void, effect: string): void;
  readonly random: Random;
  readonly clock: ProxyClock;
}

/** A toxic at work in one direction of one datagram session. */
export interface DatagramStage<A extends Attributes = Attributes> {
  push(datagram: Buffer): void;
  update(attributes: A): void;
  /** The toxic was removed: delivers what is held. */
  remove(): void;
  /** The session is over: timers end, nothing is delivered. */
  dispose(): void;
}

export interface Field {
  readonly name: string;
  /** Go's name of the type, for error texts. */
  readonly kind: "int64" | "int" | "float64" | "string";
  readonly initial: number | string;
  /** Own additions to toxics of the reference: left out of answers while they have their initial value. */
  readonly isExtension?: true;
  /** The words allowed for a string. */
  readonly choices?: readonly string[];
}

export interface ToxicType<A extends Attributes = Attributes> {
  readonly name: string;
  /** Name of the reference's Go type, for error texts. */
  readonly goType: string;
  /** In the order in which answers list them. */
  readonly fields: readonly Field[];
  /** What is wrong with these attributes, as a sentence; undefined: nothing. */
  fault?(attributes: A): string | undefined;
  /** Absent: not for TCP. */
  stage?(attributes: A, context: StageContext): Stage<A>;
  /** Absent: not for UDP. */
  datagramStage?(attributes: A, context: DatagramContext): DatagramStage<A>;
  /** What happens to new TCP connections: `hold` accepts and does not dial until the toxic is removed, `reset` answers with RST. */
  readonly admission?: "hold" | "reset";
}

/** A field that holds a whole number from 0. */
export function whole(name: string, kind: "int64" | "int" = "int64"): Field {
  return { name, kind, initial: 0 };
}

/** A field that holds a probability. */
export function probability(name: string): Field {
  return { name, kind: "float64", initial: 0 };
}

/** The first of these attributes that is negative, as a sentence. The reference takes them and behaves as for 0. */
export function negative(attributes: Attributes): string | undefined {
  const entry = Object.entries(attributes).find(([, value]) => typeof value === "number" && value < 0);
  return entry === undefined ? undefined : `${entry[0]} must not be negative`;
}

/** The first of these attributes that is no probability, as a sentence. */
export function notProbable(attributes: Attributes, ...names: readonly string[]): string | undefined {
  const name = names.find((candidate) => Number(attributes[candidate]) < 0 || Number(attributes[candidate]) > 1);
  return name === undefined ? undefined : `${name} must be between 0 and 1`;
}
