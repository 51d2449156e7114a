// Makes mutants: a copy of a source file with one rule broken, loaded beside the original. For mutation tests.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Mutation } from "./mutant.ts";

const folderOfAll = new URL("../", import.meta.url);

export interface MutantSource {
  /** The file to be changed, relative to the folder of the linearizability checker: `monitors/fifo-queue-order.ts`. */
  readonly file: string;
  /** Files that import it, each after those that it imports; they are copied too, so that they see the mutant. The last one is loaded. */
  readonly through?: readonly string[];
}

/**
 * Loads the last file of the chain with the change applied, if there is one. Everything else that the copies import is original.
 * `M` is the type of that file: `typeof import("../search/reduced-search.ts")`.
 * @throws Error if the text to replace does not occur exactly once, or the change changes nothing
 */
export async function loadMutant<M>({ file, through = [] }: MutantSource, mutation: Mutation | undefined): Promise<M> {
  const folder = mkdtempSync(join(tmpdir(), "faultline-mutant-"));
  try {
    const copies = new Map<string, string>();
    for (const [index, path] of [file, ...through].entries()) {
      const original = new URL(path, folderOfAll);
      const text = readFileSync(original, "utf8");
      const copy = join(folder, `${index}.mjs`);
      writeFileSync(copy, stripTypeScriptTypes(redirected(index === 0 && mutation !== undefined ? mutated(text, mutation) : text, original, copies)));
      copies.set(original.href, pathToFileURL(copy).href);
    }
    const last = [...copies.values()].at(-1) ?? "";
    // The boundary to dynamically loaded code: a mutant has the exports of its original.
    return (await import(/* @vite-ignore */ last)) as M;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The files through which one file sees another: `entry` and all between, each after those that it imports. Empty if it does
 * not see it. Type imports do not count.
 */
export function filesBetween(file: string, entry: string): string[] {
  const folder = folderOfAll;
  const target = new URL(file, folder).href;
  const found: string[] = [];
  const seen = new Map<string, boolean>([[target, true]]);

  /** Whether the target is imported from here, however far. */
  function leads(from: string): boolean {
    const known = seen.get(from);
    if (known !== undefined) return known;
    seen.set(from, false);
    const text = readFileSync(new URL(from), "utf8").replaceAll(/^(import|export) type .*$/gm, "");
    const imported = [...text.matchAll(/(?:\bfrom |\bimport )"(\.{1,2}\/[^"]+)"/g)].map((match) => new URL(match[1] ?? "", from).href);
    const isBetween = imported.map(leads).includes(true);
    seen.set(from, isBetween);
    if (isBetween) found.push(from.slice(folder.href.length));
    return isBetween;
  }

  leads(new URL(entry, folder).href);
  return found;
}

/** The source with the change applied. @throws Error as `loadMutant` does */
export function mutated(text: string, { rule, replace, by }: Mutation): string {
  const count = text.split(replace).length - 1;
  if (replace === "" || count !== 1) throw new Error(`the mutation of "${rule}" wants to replace a text that occurs ${count} times: ${replace}`);
  if (replace === by) throw new Error(`the mutation of "${rule}" changes nothing`);
  return text.replace(replace, () => by);
}

/** Relative imports become absolute: to a copy where there is one, to the original else. */
function redirected(text: string, from: URL, copies: ReadonlyMap<string, string>): string {
  return text.replaceAll(/(\bfrom |\bimport )"(\.{1,2}\/[^"]+)"/g, (_whole, keyword: string, specifier: string) => {
    const target = new URL(specifier, from).href;
    return `${keyword}"${copies.get(target) ?? target}"`;
  });
}
