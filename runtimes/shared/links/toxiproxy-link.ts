// One link as a proxy of a real Toxiproxy. Its changes wait for each other. For Toxiproxy links.
import type { Proxy, Toxic } from "toxiproxy-node-client";
import type { Link } from "../../../harness/faults.ts";
import type { ProxyApi } from "./proxy-api.ts";
import { pathName } from "./remote-names.ts";
import { severance, type LinkToxic } from "./toxiproxy-toxics.ts";

interface AddedToxic {
  readonly stream: LinkToxic["stream"];
  readonly toxic: Toxic<LinkToxic["attributes"]>;
}

/** No server yet: a port on which nobody listens. The proxy is disabled as long. */
const nowhere = "127.0.0.1:1";

/** All methods throw EnvironmentError. */
export class ToxiproxyLink {
  readonly link: Link;
  /** Where it listens from the first time on. */
  readonly listen: string;
  /** As it was last answered: the client's objects do not change. */
  #proxy: Proxy;
  readonly #toxics = new Map<string, readonly AddedToxic[]>();
  #last: Promise<unknown> = Promise.resolve();

  /** Disabled, so that it refuses; it has listened for a moment to learn its port. */
  static async open(api: ProxyApi, { name, link, listen }: { readonly name: string; readonly link: Link; readonly listen: string }): Promise<ToxiproxyLink> {
    const proxy = await api.toxiproxy.createProxy({ name, listen, upstream: nowhere, enabled: true });
    const opened = new ToxiproxyLink(link, proxy);
    await opened.disable();
    return opened;
  }

  constructor(link: Link, proxy: Proxy) {
    this.link = link;
    this.listen = proxy.listen;
    this.#proxy = proxy;
  }

  /** Leads there from now on; all its connections are closed. */
  async enable(upstream: string): Promise<void> {
    await this.#inTurn(async () => {
      // One that is enabled and gets the same upstream would keep its connections.
      if (this.#proxy.enabled) await this.#update({ enabled: false, upstream: this.#proxy.upstream });
      await this.#update({ enabled: true, upstream });
    });
  }

  async disable(): Promise<void> {
    await this.#inTurn(() => this.#update({ enabled: false, upstream: this.#proxy.upstream }));
  }

  /** In force when it resolves. */
  async add(id: string, toxics: readonly LinkToxic[]): Promise<void> {
    if (toxics.length === 0) return;
    await this.#inTurn(async () => {
      const added = await Promise.all(toxics.map(async (toxic) => ({ stream: toxic.stream, toxic: await this.#add(id, toxic) })));
      this.#toxics.set(id, added);
    });
  }

  /** True if it had toxics of this id. `isCut`: what they hold is lost, and all connections are closed. */
  async remove(id: string, { isCut }: { readonly isCut: boolean }): Promise<boolean> {
    return await this.#inTurn(async () => {
      const added = this.#toxics.get(id) ?? [];
      this.#toxics.delete(id);
      for (const { stream, toxic } of added) {
        const behind = isCut ? await this.#add(`${id}.cut`, { ...severance, stream }) : undefined;
        await toxic.remove();
        await behind?.remove();
      }
      return added.length > 0;
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#proxy.remove());
  }

  async #update({ enabled, upstream }: { readonly enabled: boolean; readonly upstream: string }): Promise<void> {
    this.#proxy = await this.#proxy.update({ enabled, listen: this.listen, upstream });
  }

  async #add(id: string, toxic: LinkToxic): Promise<Toxic<LinkToxic["attributes"]>> {
    return await this.#proxy.addToxic<LinkToxic["attributes"]>({ ...toxic, name: pathName(`${id}.${toxic.stream}`), toxicity: 1 });
  }

  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const run = this.#last.then(change, change);
    this.#last = run.catch(() => undefined);
    return await run;
  }
}
