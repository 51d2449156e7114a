// Formats are told by how a file begins; what fits none is named together with the candidates.
import { describe, expect, test } from "vitest";
import { refusalOf } from "./fixtures/refusal.ts";
import { detectFormat, historyFormats } from "./index.ts";

describe("a file that begins with", () => {
  test.each([
    ['{"schema":"faultline/history/1","planHash":"","timeUnit":"ns"}\n', "faultline"],
    ['{ "planHash":"", "schema":"faultline/history/7"}\n', "faultline"],
    ['{"process":0,"type":"invoke"}', "jepsen-json"],
    ['[\n  {\n "process":0}]', "jepsen-json"],
    ["[{:process 0}]", "jepsen-edn"],
    ["({:process 0})", "jepsen-edn"],
    ["; a comment\n\n[ ; another\n {:process 0}]", "jepsen-edn"],
    ["#jepsen.history.Op{:process 0}", "jepsen-edn"],
    ["{:process 0, :type :invoke, :f :write, :value [1 2]}", "jepsen-edn"],
    ["{:process 0, :type :invoke, :f :get, :value [:key nil]}", "jepsen-edn"],
    ['{:process 9, :type :invoke, :f :get, :key "0", :value nil}\n', "porcupine-kv"],
    ["INFO  jepsen.util - 0\t:invoke\t:read\tnil\n", "porcupine-etcd"],
    ["INFO  jepsen.core - Worker 1 starting\n", "porcupine-etcd"],
    ["\n\ni 0 1 w k 5 0\n", "hard"],
    ["\ufeff  i\t0 1 w k 5 0\r\n", "hard"],
  ])("%j is %s", (text, format) => expect(detectFormat(text)).toBe(format));

  test.each(["hello", "<html>", "[1,2]", "process,type,f", "\u0000\u0001\u202e", "in 0", "x".repeat(100_000)])("%j is none, and says what there is", (text) => {
    const refusal = refusalOf(() => detectFormat(text));
    expect(refusal).toContain("No format of histories begins with");
    for (const format of historyFormats) expect(refusal).toContain(format);
    expect(refusal.length).toBeLessThan(700);
    expect(refusal).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
  test("nothing is refused as empty", () => {
    for (const text of ["", "\ufeff", " \n\t\n", "; only a comment"])
      expect(refusalOf(() => detectFormat(text))).toBe("line 1: expected at least one operation, found nothing");
  });
  test("half a form is refused with its line", () => {
    expect(refusalOf(() => detectFormat('{"process":0,'))).toContain("line 1: expected");
    expect(refusalOf(() => detectFormat("\n{:process 0"))).toContain("line 2: expected");
  });
});
