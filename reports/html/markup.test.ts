import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escaped, markup, Markup, scriptData } from "./markup.ts";

describe("markup", () => {
  test("escapes text, keeps markup, joins lists, drops undefined", () => {
    expect(markup`<p title="${'"'}">${"<b>"}${[markup`<i>${1}</i>`, "&"]}${undefined}</p>`.html).toBe('<p title="&quot;">&lt;b&gt;<i>1</i>&amp;</p>');
  });

  test("no text can open a tag, close an attribute or start an entity", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/[<>"']|&(?!(amp|lt|gt|quot|#39);)/.test(escaped(text))));
  });

  test("a value of a megabyte does not become a page of a megabyte", () => {
    expect(escaped("x".repeat(1_000_000)).length).toBeLessThan(5000);
  });

  test("data in a script block can neither end the block nor open a comment, and comes back as it was", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.constantFrom("</script>", "<!--", "\u2028", "]]>")), (text) => {
        const { html } = scriptData({ text });
        expect(html).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.parse(html)).toEqual({ text });
      }),
    );
  });

  test("is the only way to raw HTML", () => {
    expect(markup`${new Markup("<hr>")}`.html).toBe("<hr>");
  });
});
