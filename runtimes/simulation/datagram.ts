// One copy of a datagram on its way: may be lost, late, twice, or damaged. For the network.
import type { Json } from "../../harness/json.ts";
import type { Random } from "../../harness/random.ts";
import type { Event } from "./event-queue.ts";
import type { Link } from "./link.ts";
import { kindOf } from "./trace.ts";

const datagramKind = kindOf("datagram");
const arrives = 0;
const handled = 1;
/** A host that does not run keeps as many in its socket buffer; the others are lost. */
const bufferedPerHost = 256;

/** A link as datagrams use it: they know no connections. */
type Route = Pick<Link, "from" | "to" | "random" | "rules" | "isBlocked" | "delayUs">;

/** Chances that the network has without any fault. */
export interface DatagramChances {
  readonly lossProbability: number;
  readonly duplicateProbability: number;
}

class Datagram implements Event {
  readonly #link: Route;
  readonly #message: Json;
  readonly #hash: number;

  constructor(link: Route, message: Json, hash: number) {
    this.#link = link;
    this.#message = message;
    this.#hash = hash;
  }

  fire(stage: number): void {
    const { to, from } = this.#link;
    if (stage === arrives && this.#isBlocked()) return;
    if (to.isHeld) {
      if (to.parkedCount < bufferedPerHost) to.park(this, handled);
      return;
    }
    const { incarnation } = to;
    if (incarnation === null || incarnation.receive === null) return;
    incarnation.begin(datagramKind, this.#hash);
    incarnation.receive(from.name, this.#message);
  }

  #isBlocked(): boolean {
    if (!this.#link.isBlocked) return false;
    for (const rule of this.#link.rules) if (rule.kind === "partition") rule.affect("droppedDatagrams");
    return true;
  }
}

/** Puts a message on its link, once, twice or not at all. */
export function sendDatagram(link: Route, message: Json, hash: number, chances: DatagramChances): void {
  if (isLost(link, chances)) return;
  const copyCount = isDuplicated(link, chances) ? 2 : 1;
  for (let copy = 0; copy < copyCount; copy++) {
    const delayUs = link.delayUs() + reorderDelayUs(link);
    const arriving = corrupted(link, message);
    if (arriving !== undefined) link.to.scheduler.schedule(new Datagram(link, arriving, arriving === message ? hash : ~hash), arrives, delayUs, link.to.index);
  }
}

function isLost({ random, rules }: Route, { lossProbability }: DatagramChances): boolean {
  let isLost = lossProbability > 0 && random.chance(lossProbability, "loss");
  for (const rule of rules) {
    if (rule.fault.kind !== "loss" || !random.chance(rule.fault.params.probability, "loss fault")) continue;
    if (!isLost) rule.affect("lostDatagrams");
    isLost = true;
  }
  return isLost;
}

function isDuplicated({ random, rules }: Route, { duplicateProbability }: DatagramChances): boolean {
  let isDouble = duplicateProbability > 0 && random.chance(duplicateProbability, "duplicate");
  for (const rule of rules) {
    if (rule.fault.kind !== "duplicate" || !random.chance(rule.fault.params.probability, "duplicate fault")) continue;
    if (!isDouble) rule.affect("duplicatedDatagrams");
    isDouble = true;
  }
  return isDouble;
}

function reorderDelayUs({ random, rules }: Route): number {
  let delayUs = 0;
  for (const rule of rules) {
    if (rule.fault.kind !== "reorder" || !random.chance(rule.fault.params.probability, "reorder fault")) continue;
    delayUs += Math.round(rule.fault.params.delayMs * 1_000);
    rule.affect("delayedDatagrams");
  }
  return delayUs;
}

/** The message as it arrives; undefined: it no longer decodes, so it is dropped. */
function corrupted({ random, rules }: Route, message: Json): Json | undefined {
  let arriving: Json | undefined = message;
  for (const rule of rules) {
    if (arriving === undefined || rule.fault.kind !== "corrupt" || !random.chance(rule.fault.params.probability, "corrupt fault")) continue;
    arriving = withOneByteChanged(arriving, random);
    rule.affect(arriving === undefined ? "droppedDatagrams" : "corruptedDatagrams");
  }
  return arriving;
}

function withOneByteChanged(message: Json, random: Random): Json | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const index = random.below(bytes.length, "corrupt byte");
  // Never zero, so that the byte really changes.
  bytes[index] = (bytes[index] ?? 0) ^ random.between(1, 255, "corrupt mask");
  try {
    const decoded: Json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return decoded;
  } catch {
    return undefined;
  }
}
