import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sha256, sha256Base64 } from "./sha256.ts";

test("agrees with OpenSSL on every length around the block borders", () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = new Uint8Array(length).fill(length);
    expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("agrees with OpenSSL on any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => sha256Base64(text) === createHash("sha256").update(text).digest("base64")));
});
