// Which modules a source text asks for when it runs, found without running it. For the closure of modules that goes into an image.

/**
 * Specifiers of static imports and re-exports that are not types only, and those of `import("...")`, `require("...")` and
 * `new URL("./...", import.meta.url)` with a literal; as written, without repetition. It may find one too many (in a string
 * that looks like code), never a name that is computed.
 */
export function specifiersIn(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[^:"'`\\])\/\/.*$/gm, "$1");
  return [...new Set(patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? [])))];
}

const patterns: readonly RegExp[] = [
  // import "x"; import a, { b } from "x"; export { a } from "x"; export * from "x". The words between may go over lines.
  /(?:^|[;}\n])\s*import\b(?!\s+type\b(?!\s+from\s*["']|\s*,))\s*(?:[\w$\s{},*]*?\bfrom\s*)?(?:"([^"\n]+)"|'([^'\n]+)')/g,
  /(?:^|[;}\n])\s*export\s*(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*(?:"([^"\n]+)"|'([^'\n]+)')/g,
  /\bimport\s*\(\s*(?:"([^"\n]+)"|'([^'\n]+)')\s*[,)]/g,
  /\brequire\s*\(\s*(?:"([^"\n]+)"|'([^'\n]+)')\s*\)/g,
  /\bnew\s+URL\s*\(\s*(?:"(\.[^"\n]+)"|'(\.[^'\n]+)')\s*,\s*import\.meta\.url\s*\)/g,
];
