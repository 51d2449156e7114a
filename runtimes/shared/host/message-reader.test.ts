// The strict reader: however the bytes are cut, the same messages come out; and what is not of the form is never guessed at.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../../harness/environment.ts";
import { encodeReply, encodeRequest, replyForm, requestForm, type Encoded } from "./http-form.ts";
import { MessageReader, type MessageForm } from "./message-reader.ts";

/** Pushes a stream in pieces, and answers what came out: target or status, type, and body of each message. */
function read(form: MessageForm, stream: Buffer, cuts: readonly number[]): string[] {
  const reader = new MessageReader(form);
  const found: string[] = [];
  const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    // The piece is overwritten afterwards, as a socket's buffer is.
    const piece = Buffer.from(stream.subarray(start, end));
    start = end;
    for (let outcome = reader.push(piece); ; outcome = reader.push(Buffer.alloc(0))) {
      if (outcome === "stray") return [...found, "stray"];
      if (outcome === "more") break;
      found.push(`${outcome.head.slice(1).join(" ")}: ${outcome.body.toString("base64")}`);
      if (!reader.isHolding) break;
    }
    piece.fill(0);
  }
  return found;
}

function bytesOf(encoded: Encoded | undefined): Buffer {
  return Buffer.from(encoded ?? "");
}

const body = fc.oneof(fc.constant(undefined), fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 300 }));
const cuts = fc.array(fc.nat({ max: 5_000 }), { maxLength: 12 });
const segment = fc.string({ minLength: 1, maxLength: 9 }).map(encodeURIComponent);

describe("requests and replies", () => {
  test("come out as they went in, wherever the stream is cut", () => {
    const request = fc.record<Exchange>({
      method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
      path: segment.map((text) => `/${text}`),
      query: fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 })),
      body: body.map((value) => value ?? null),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), cuts, (requests, positions) => {
        const stream = Buffer.concat(requests.map((each) => bytesOf(encodeRequest("n1", "n2", each))));
        const whole = read(requestForm, stream, []);
        expect(whole).toHaveLength(requests.length);
        expect(read(requestForm, stream, positions)).toEqual(whole);
      }),
    );
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), cuts, (bodies, positions) => {
        const stream = Buffer.concat(bodies.map((each) => bytesOf(encodeReply(each === undefined ? { status: 404 } : { status: 200, body: each }))));
        const whole = read(replyForm, stream, []);
        expect(whole).toHaveLength(bodies.length);
        expect(read(replyForm, stream, positions)).toEqual(whole);
      }),
    );
  });

  test("with a byte changed in the head are stray, or another message of the form; never an error of ours", () => {
    const stream = bytesOf(encodeRequest("n1", "n2", { method: "POST", path: "/kv", body: { a: 1 } }));
    fc.assert(
      fc.property(fc.nat({ max: stream.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const damaged = Buffer.from(stream);
        damaged[index] = (damaged[index] ?? 0) ^ mask;
        expect(read(requestForm, damaged, []).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  test.each([
    ["another order of headers", "GET / HTTP/1.1\r\nhost: n1\r\nx-faultline-from: n2\r\n\r\n"],
    ["another header", "GET / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: n2\r\nconnection: close\r\n\r\n"],
    ["chunks", "POST / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: n2\r\ntransfer-encoding: chunked\r\n\r\n"],
    ["a length without a type", "POST / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: n2\r\ncontent-length: 3\r\n\r\nabc"],
    ["bare newlines", "GET / HTTP/1.1\nx-faultline-from: n1\nhost: n2\n\n\r\n\r\n"],
    ["another version", "GET / HTTP/1.0\r\nx-faultline-from: n1\r\nhost: n2\r\n\r\n"],
    ["a negative length", "POST / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: n2\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n"],
    ["a body that is too large", "POST / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: n2\r\ncontent-type: application/json\r\ncontent-length: 16777217\r\n\r\n"],
  ])("with %s are not of the form, and nothing of them is lost", (_what, text) => {
    const reader = new MessageReader(requestForm);
    expect(reader.push(Buffer.from(text))).toBe("stray");
    expect(reader.rest().toString()).toBe(text);
  });
});
