// Part of the page's program: reads the columns that `columns.ts` wrote. Plain JavaScript as text, since it runs in a browser only;
// `columns.test.ts` runs this very text against random histories.

/** Defines `unpack(packed)`: a promise of typed arrays and of the words they index. */
export const dataScript: string = String.raw`
async function inflate(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
async function unpack(packed) {
  const bytes = await inflate(packed.columns);
  const texts = JSON.parse(new TextDecoder().decode(await inflate(packed.texts)));
  let at = 0;
  function unsigned() {
    let value = 0, scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }
  function signed() {
    const value = unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  function column(array, read) {
    for (let index = 0; index < array.length; index++) array[index] = read();
    return array;
  }
  const count = packed.count;
  const startUs = column(new Float64Array(count), signed);
  for (let index = 1; index < count; index++) startUs[index] += startUs[index - 1];
  return {
    count, texts, functions: packed.functions, nodes: packed.nodes, startUs,
    // -1: never completed
    durationUs: column(new Float64Array(count), function () { return unsigned() - 1; }),
    process: column(new Int32Array(count), signed),
    f: column(new Uint32Array(count), unsigned),
    type: column(new Uint8Array(count), unsigned),
    phase: column(new Uint8Array(count), unsigned),
    node: column(new Uint32Array(count), unsigned),
    input: column(new Uint32Array(count), unsigned),
    result: column(new Uint32Array(count), unsigned),
  };
}
`;
