// Where Faultline runs: its version, its commit, the machine, and how a user calls it here. For reports and `doctor`.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, arch, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Name to value, for the environment block of reports. */
export function hostFacts(): Readonly<Record<string, string>> {
  const commit = commitOf(root);
  return {
    faultline: faultlineVersion(),
    ...(commit === undefined ? {} : { commit }),
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    processor: `${availableParallelism()} x ${cpus()[0]?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}

/** From the package's own manifest. */
export function faultlineVersion(): string {
  for (const folder of [root, join(root, "..")]) {
    const version = versionIn(join(folder, "package.json"));
    if (version !== undefined) return version;
  }
  return "unknown";
}

/** How people start it here: through npm in a clone, by npx where it is installed. */
export function programName(): string {
  return /[/\\]node_modules[/\\]/.test(root) ? "npx faultline" : "npm run faultline --";
}

function versionIn(path: string): string | undefined {
  const manifest = existsSync(path) ? readFileSync(path, "utf8") : "";
  return /"name":\s*"faultline"/.test(manifest) ? /"version":\s*"([^"]+)"/.exec(manifest)?.[1] : undefined;
}

/** Read from the files of git, without a process; undefined outside of a clone. */
function commitOf(folder: string): string | undefined {
  const head = textOf(join(folder, ".git", "HEAD"));
  const branch = /^ref: (refs\/[^\n]+)/.exec(head)?.[1];
  if (branch === undefined) return hashIn(head);
  return (
    hashIn(textOf(join(folder, ".git", branch))) ??
    hashIn(
      textOf(join(folder, ".git", "packed-refs"))
        .split("\n")
        .find((line) => line.endsWith(` ${branch}`)) ?? "",
    )
  );
}

function hashIn(text: string): string | undefined {
  return /^[0-9a-f]{40}/.exec(text)?.[0];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not a clone, or not a readable one: the report then says nothing of a commit.
    return "";
  }
}
