// The decode boundary of the control channel on the harness's side: what a node host may say, field by field. For the control server.
import type { Level } from "../../../harness/environment.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { FromHost } from "../wire/control.ts";

type Kind = FromHost["type"];
type Message<K extends Kind> = Extract<FromHost, { readonly type: K }>;

const decoders: { readonly [K in Kind]: (line: JsonObject) => Message<K> | undefined } = {
  hello({ token, node, incarnation, pid }) {
    return isText(token) && isText(node) && isCount(incarnation) && isCount(pid) ? { type: "hello", token, node, incarnation, pid } : undefined;
  },
  bound({ tcpPort, udpPort }) {
    return isPort(tcpPort) && isPort(udpPort) ? { type: "bound", tcpPort, udpPort } : undefined;
  },
  serving: () => ({ type: "serving" }),
  up: () => ({ type: "up" }),
  stopped: () => ({ type: "stopped" }),
  died({ reason, isUncaught }) {
    return isText(reason) && typeof isUncaught === "boolean" ? { type: "died", reason, isUncaught } : undefined;
  },
  fact({ kind, data }) {
    return isText(kind) && isObject(data) ? { type: "fact", kind, data } : undefined;
  },
  probe({ id, kind, detail }) {
    return isText(id) && (kind === "always" || kind === "unreachable") && isObject(detail) ? { type: "probe", id, kind, detail } : undefined;
  },
  counts({ probes, marks, messageCount }) {
    return isProbeCounts(probes) && isCounts(marks) && isCount(messageCount) ? { type: "counts", probes, marks, messageCount } : undefined;
  },
  mark({ kind }) {
    return isText(kind) ? { type: "mark", kind } : undefined;
  },
  trapped({ id }) {
    return isText(id) ? { type: "trapped", id } : undefined;
  },
  state({ inspected }) {
    return isObject(inspected) ? { type: "state", inspected } : undefined;
  },
  effect({ id, name, count }) {
    return isText(id) && isText(name) && isCount(count) ? { type: "effect", id, name, count } : undefined;
  },
  lag({ windowMs, maxMs }) {
    return isAmount(windowMs) && isAmount(maxMs) ? { type: "lag", windowMs, maxMs } : undefined;
  },
  log({ level, message, data }) {
    if (!isLevel(level) || !isText(message)) return undefined;
    return { type: "log", level, message, ...(data === undefined ? {} : { data }) };
  },
  done({ ack, detail }) {
    return isCount(ack) && isObject(detail) ? { type: "done", ack, detail } : undefined;
  },
};

/** Undefined for anything that a node host does not say. Members that nobody knows are dropped. */
export function decodeFromHost(line: Json): FromHost | undefined {
  if (!isObject(line)) return undefined;
  const { type } = line;
  return isText(type) && isKind(type) ? decoders[type](line) : undefined;
}

function isKind(type: string): type is Kind {
  return Object.hasOwn(decoders, type);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isAmount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isPort(value: Json | undefined): value is number {
  return isCount(value) && value > 0 && value < 65_536;
}

function isLevel(value: Json | undefined): value is Level {
  return value === "debug" || value === "info" || value === "warn" || value === "error";
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: Json | undefined): value is Readonly<Record<string, number>> {
  return isObject(value) && Object.values(value).every(isCount);
}

function isProbeCounts(value: Json | undefined): value is Message<"counts">["probes"] {
  return isObject(value) && Object.values(value).every((each) => isObject(each) && isCount(each["heldCount"]) && isCount(each["failedCount"]));
}
