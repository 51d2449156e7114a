// Resets whole exchanges: before their request is delivered, or instead of their answer. For faults only, which put one in each direction.
import type { Stage, StageContext, ToxicType } from "../stage.ts";

type ResetExchangeAttributes = {
  /** Of each exchange. */
  readonly probability: number;
  /** Share of those hit whose request is delivered all the same, and whose answer is not. */
  readonly answered: number;
  /** What an exchange that was hit is counted as. */
  readonly effect: string;
};

/** Upstream: draws at the begin of each exchange, see `ExchangeState`. */
export const resetRequest: ToxicType<ResetExchangeAttributes> = {
  name: "reset_request",
  goType: "ResetRequestToxic",
  fields: [],
  stage: ({ probability, answered, effect }, context) =>
    throughput(context, () => {
      const exchange = context.exchange();
      if (exchange.isAwaited) return "pass";
      exchange.isAwaited = true;
      if (!context.random.chance(probability, "reset")) return "pass";
      exchange.isDoomed = answered > 0 && context.random.chance(answered, "reset after");
      if (exchange.isDoomed) return "pass";
      context.affect(effect);
      return "reset";
    }),
};

/** Downstream: sees the answers, for its partner. */
export const resetReply: ToxicType<ResetExchangeAttributes> = {
  name: "reset_reply",
  goType: "ResetReplyToxic",
  fields: [],
  stage: ({ effect }, context) =>
    throughput(context, () => {
      const exchange = context.exchange();
      exchange.isAwaited = false;
      if (!exchange.isDoomed) return "pass";
      context.affect(effect);
      return "reset";
    }),
};

/** Holds nothing: each chunk passes, or ends the connection. */
function throughput({ outlet, reset }: StageContext, judge: () => "pass" | "reset"): Stage<ResetExchangeAttributes> {
  return {
    write: (chunk) => (judge() === "pass" ? outlet.write(chunk) : reset()),
    end: () => outlet.end(),
    isFull: () => false,
    update: () => undefined,
    remove: () => undefined,
    dispose: () => undefined,
  };
}
