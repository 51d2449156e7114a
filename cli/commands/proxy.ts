// `proxy`: a Toxiproxy-compatible server of its own, until it is interrupted. For systems that run elsewhere, and for clients of Toxiproxy.
import { readFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { EnvironmentError, UsageError } from "../../harness/errors.ts";
import { apiVersion, ProxyEngine, ProxyError, ProxyServer } from "../../runtimes/shared/proxy/index.ts";
import { visible } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";

export const proxyCommand: CommandDefinition = {
  name: "proxy",
  argument: "[file]",
  argumentText: "proxies to begin with: a JSON array as in Toxiproxy's -config",
  summary: "serve links with faults through the API of Toxiproxy",
  options: ["host", "port", "seed", "metrics"],
  examples: ["proxy", "proxy --port 8474 --metrics"],
  run: run,
};

const defaultPort = 8474;

async function run(session: Session, file: string): Promise<Conclusion> {
  const { host, port = defaultPort, seed, metrics = false } = session.settings;
  const text = file === "" ? undefined : fileText(resolvePath(session.terminal.directory, file));
  const engine = new ProxyEngine(seed === undefined ? {} : { seed });
  const server = new ProxyServer({
    engine,
    port,
    ...(host === undefined ? {} : { host }),
    metrics: { proxies: metrics, runtime: metrics },
    log: (level, message) => session.terminal.complain(`${level}: ${visible(message, 500)}\n`),
  });
  try {
    const url = await started(server);
    if (text !== undefined) await populate(url, { file, text });
    // Standard output holds one document with --json, and that comes at the end.
    if (session.settings.json === true) session.terminal.complain(`${url}\n`);
    else session.terminal.write(`${url}\n`);
    await interrupted(session);
    return { ending: "valid", text: "", document: { schema: "faultline/proxy/1", verdict: null, url, apiVersion, proxyCount: engine.proxies().length } };
  } finally {
    await server.close();
    await engine.close();
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError("bad-proxies", `${path} cannot be read.`, "Name a JSON file with an array of proxies, or leave it out.", { cause });
  }
}

async function started(server: ProxyServer): Promise<string> {
  try {
    return await server.start();
  } catch (cause) {
    if (!(cause instanceof ProxyError)) throw cause;
    throw new EnvironmentError(`The API cannot ${cause.message}.`, "Choose another one with --host and --port; --port 0 takes any.", { cause });
  }
}

/** Over the API, so that the file means what its body means. */
async function populate(url: string, { file, text }: { readonly file: string; readonly text: string }): Promise<void> {
  const response = await fetch(`${url}/populate`, { method: "POST", body: text });
  const answer = await response.text();
  if (response.ok) return;
  throw new UsageError(
    "bad-proxies",
    `The proxies in ${file} cannot be made: ${answer.slice(0, 500)}`,
    "Correct the file: an array of {name, listen, upstream, enabled}.",
  );
}

async function interrupted({ terminal }: Session): Promise<void> {
  if (terminal.interruption.aborted) return;
  await new Promise<void>((resolve) => terminal.interruption.addEventListener("abort", () => resolve(), { once: true }));
}
