// The decode boundary of the control channel on the node's side, and of its bootstrap file. For node hosts.
//
// Both come from the harness that started this process, of the same version: what is checked is what a mix-up would get
// wrong (type, members and their kinds), not every member of every fault.
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { Bootstrap } from "../wire/bootstrap.ts";
import type { ToHost } from "../wire/control.ts";

type Kind = "text" | "number" | "truth" | "list" | "object" | "address";
type Shape = Readonly<Record<string, Kind>>;

const shapes: { readonly [K in ToHost["type"]]: Shape } = {
  begin: {
    module: "text",
    variant: "text",
    nodes: "list",
    parameters: "object",
    seed: "text",
    listenHost: "text",
    peers: "object",
    diskDirectory: "text",
    keepsDiskImage: "truth",
    clock: "object",
    disk: "list",
    traps: "list",
    watchedMarks: "list",
  },
  clock: { ack: "number", clock: "object" },
  disk: { ack: "number", switches: "list" },
  traps: { ack: "number", traps: "list", watchedMarks: "list" },
  inspect: { ack: "number" },
  stop: {},
};

const bootstrapShape: Shape = { control: "address", token: "text", node: "text", incarnation: "number" };

/** Undefined for what no harness says. */
export function decodeToHost(line: Json): ToHost | undefined {
  if (!isObject(line)) return undefined;
  const { type } = line;
  if (typeof type !== "string" || !isKnown(type) || problemOf(line, shapes[type]) !== undefined) return undefined;
  if (type === "begin" && !isBeginOptional(line)) return undefined;
  // The one decode of this wire: its shape has just been looked at.
  return line as unknown as ToHost;
}

/** @throws Error that says what is wrong */
export function decodeBootstrap(text: string): Bootstrap {
  const value: Json = JSON.parse(text);
  if (!isObject(value) || value["schema"] !== "faultline/bootstrap/1") throw new Error("its schema is not faultline/bootstrap/1");
  const problem = problemOf(value, bootstrapShape);
  if (problem !== undefined) throw new Error(`its member ${problem} is not what it must be`);
  // The one decode of this file: its shape has just been looked at.
  return value as unknown as Bootstrap;
}

function problemOf(value: JsonObject, shape: Shape): string | undefined {
  return Object.entries(shape).find(([name, kind]) => !is(value[name], kind))?.[0];
}

function isBeginOptional({ bug, timeService }: JsonObject): boolean {
  return (bug === undefined || is(bug, "text")) && (timeService === undefined || is(timeService, "address"));
}

function is(value: Json | undefined, kind: Kind): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number" && Number.isSafeInteger(value);
    case "truth":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "address":
      return isObject(value) && is(value["host"], "text") && is(value["port"], "number");
  }
}

function isKnown(type: string): type is ToHost["type"] {
  return Object.hasOwn(shapes, type);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
