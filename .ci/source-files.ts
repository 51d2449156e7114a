// All TypeScript files of the repository with their imports, read as text. For the tidy test and the docs generator.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Relative imports: path in the repository; packages: undefined. */
  readonly target: string | undefined;
  readonly isDynamic: boolean;
}

export const repository: string = normalize(join(dirname(fileURLToPath(import.meta.url)), ".."));
const skipped = new Set(["node_modules", "dist", "coverage", ".git", ".faultline"]);

export function sourceFiles(): readonly SourceFile[] {
  return filesBelow(repository, ".ts").map((path) => sourceFile(path));
}

export function filesBelow(folder: string, ending: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path, ending));
    else if (entry.name.endsWith(ending)) found.push(relative(repository, path).replaceAll("\\", "/"));
  }
  return found.toSorted();
}

function sourceFile(path: string): SourceFile {
  const text = readFileSync(join(repository, path), "utf8");
  return { path, text, imports: importsOf(path, text) };
}

const staticImport = /^\s*(?:import|export)\s(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']/gm;
const dynamicImport = /\bimport\(\s*([^)]*)\)/g;

/** Static, re-exporting, type-only and dynamic imports alike. Comments are taken out first. */
export function importsOf(path: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[^:"'`])\/\/.*$/gm, "$1");
  const found = [...code.matchAll(staticImport)].map((match) => importFrom(path, match[1] ?? "", false));
  for (const match of code.matchAll(dynamicImport)) {
    const argument = (match[1] ?? "").trim();
    const literal = /^["']([^"']+)["']$/.exec(argument);
    found.push(importFrom(path, literal?.[1] ?? argument, true));
  }
  return found;
}

function importFrom(path: string, specifier: string, isDynamic: boolean): Import {
  const target = specifier.startsWith(".") ? normalize(join(dirname(path), specifier)).replaceAll("\\", "/") : undefined;
  return { specifier, target, isDynamic };
}
