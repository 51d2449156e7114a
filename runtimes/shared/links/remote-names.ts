// How a run marks what is its own on a proxy that others use, too. For remote links and their sweep.
import { UsageError } from "../../../harness/errors.ts";

/** Of everything of this run. @throws UsageError for a name that does not fit */
export function scopeOf(run: string): string {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(run)) {
    throw new UsageError("bad-run-name", `${JSON.stringify(run)} cannot be part of the name of a proxy.`, "Use letters, digits and dashes, at most 100.");
  }
  return `faultline.${run}.`;
}

/** The run whose proxy this is; undefined: nobody's of ours. */
export function runOf(proxyName: string): string | undefined {
  return /^faultline\.([A-Za-z0-9-]{1,100})\./.exec(proxyName)?.[1];
}

/** Any name as part of a path, as it is; no two are written alike. */
export function pathName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, (letter) => `_${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Ports on which the server may listen, each once. 0: any. */
export class PortSupply {
  readonly #left: number[] | undefined;

  constructor(ports: readonly number[] | undefined) {
    this.#left = ports === undefined ? undefined : [...ports];
  }

  /** @throws UsageError when all are taken */
  next(): number {
    if (this.#left === undefined) return 0;
    const port = this.#left.shift();
    if (port === undefined)
      throw new UsageError("no-ports-left", "The proxy has fewer ports than this run has links.", "Use fewer nodes or clients, or a proxy with more ports.");
    return port;
  }
}
