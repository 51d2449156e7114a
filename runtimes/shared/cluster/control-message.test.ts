import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../../harness/json.ts";
import type { FromHost } from "../wire/control.ts";
import { decodeFromHost } from "./control-message.ts";

const messages: readonly FromHost[] = [
  { type: "hello", token: "t", node: "n1", incarnation: 1, pid: 2 },
  { type: "bound", tcpPort: 1, udpPort: 65_535 },
  { type: "serving" },
  { type: "up" },
  { type: "stopped" },
  { type: "died", reason: "r", isUncaught: true },
  { type: "fact", kind: "k", data: { a: [1, null] } },
  { type: "probe", id: "p", kind: "always", detail: {} },
  { type: "counts", probes: { p: { heldCount: 1, failedCount: 0 } }, marks: { m: 2 }, messageCount: 3 },
  { type: "mark", kind: "m" },
  { type: "trapped", id: "t" },
  { type: "state", inspected: { role: "leader" } },
  { type: "effect", id: "f", name: "failed write", count: 1 },
  { type: "lag", windowMs: 500.5, maxMs: 0 },
  { type: "log", level: "warn", message: "m" },
  { type: "log", level: "warn", message: "m", data: [1] },
  { type: "done", ack: 1, detail: { wallMs: 1.5 } },
];

test("everything that a node host says is understood as it was said", () => {
  for (const message of messages) expect(decodeFromHost(JSON.parse(JSON.stringify(message)) as Json)).toEqual(message);
});

test("a message that lacks a member, or has one of another type, is none", () => {
  for (const message of messages) {
    for (const name of Object.keys(message)) {
      if (message.type === "log" && name === "data") continue;
      const { [name]: _, ...rest } = JSON.parse(JSON.stringify(message)) as Record<string, Json>;
      expect(decodeFromHost(rest), `${message.type} without ${name}`).toBeUndefined();
      expect(decodeFromHost({ ...rest, [name]: [] }), `${message.type} with an odd ${name}`).toBeUndefined();
    }
  }
});

test("ports, counts and amounts have their ranges", () => {
  for (const port of [0, -1, 65_536, 1.5]) expect(decodeFromHost({ type: "bound", tcpPort: port, udpPort: 1 })).toBeUndefined();
  for (const count of [-1, 0.5, 2 ** 53]) expect(decodeFromHost({ type: "effect", id: "f", name: "n", count })).toBeUndefined();
  expect(decodeFromHost({ type: "lag", windowMs: -1, maxMs: 0 })).toBeUndefined();
  expect(decodeFromHost({ type: "counts", probes: { p: { heldCount: 1 } }, marks: {}, messageCount: 0 })).toBeUndefined();
  expect(decodeFromHost({ type: "counts", probes: {}, marks: { m: "1" }, messageCount: 0 })).toBeUndefined();
});

test("whatever else may come, decoding never throws and answers nothing or a known message", () => {
  const types = ["hello", "counts", "log", "done", "constructor", "__proto__", "toString"];
  const noise = fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom("id", "kind", "token", "probes", "marks", "ack", "detail", "level"), fc.jsonValue()))
      .map(([type, rest]) => ({ ...rest, type })),
  );
  fc.assert(
    fc.property(noise, (line) => {
      const message = decodeFromHost(line as Json);
      return message === undefined || messages.some(({ type }) => type === message.type);
    }),
  );
});
