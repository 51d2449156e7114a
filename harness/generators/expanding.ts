// A generator whose shape depends on the cluster.
import type { Generator, GeneratorContext } from "../generator.ts";
import type { Input } from "../operation.ts";

/** Made at the first question or event, then kept. */
export function expanding<I extends Input>(make: (context: GeneratorContext) => Generator<I>): Generator<I> {
  return { next: (context) => make(context).next(context), update: (context, event) => make(context).update(context, event) };
}
