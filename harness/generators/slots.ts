// Client slots as a generator may see them: all, or the part that a combinator gives it.
import type { GeneratorContext } from "../generator.ts";

/** A context cut down to some client slots; barriers inside it wait for these only. */
export interface NarrowContext extends GeneratorContext {
  readonly slotCount: number;
}

/** How many client slots the asked generator may use. */
export function slotCountOf(context: GeneratorContext | NarrowContext): number {
  return "slotCount" in context ? context.slotCount : context.clientCount;
}
