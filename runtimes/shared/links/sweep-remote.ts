// Deletes what killed runs have left on a proxy elsewhere. For the command, before a run begins.
import { ProxyApi } from "./proxy-api.ts";
import { runOf, scopeOf } from "./remote-names.ts";

export interface SweepRemoteOptions {
  /** Of the HTTP API. */
  readonly url: string;
  /** Whether the run of this name may still be alive, here or elsewhere; its proxies are left alone then. */
  isAlive(this: void, run: string): boolean | Promise<boolean>;
  /** Limit of one request, milliseconds. Default: 5,000. */
  readonly limitMs?: number;
}

/** Answers the names of the proxies that it has deleted, sorted; others than ours are never touched. @throws EnvironmentError if the server does not answer */
export async function sweepRemote({ url, isAlive, limitMs }: SweepRemoteOptions): Promise<readonly string[]> {
  const api = new ProxyApi({ url, ...(limitMs === undefined ? {} : { limitMs }) });
  const isOurs = await api.has("/faultline/links");
  const left = Map.groupBy(Object.values(await api.toxiproxy.getAll()), ({ name }) => runOf(name) ?? "");
  left.delete("");
  const deleted: string[] = [];
  for (const [run, proxies] of left) {
    if (await isAlive(run)) continue;
    // Our own server also knows hosts and faults of the run.
    if (isOurs) await api.post("/faultline/forget", { prefix: scopeOf(run) });
    else await Promise.all(proxies.map((proxy) => proxy.remove()));
    deleted.push(...proxies.map(({ name }) => name));
  }
  return deleted.toSorted();
}
