// From a loaded module to the node that a run asks for: the correct one, or the one of a bug. For node hosts.
import type { NodeFactory, System } from "../../../harness/system.ts";
import type { Begin } from "../wire/control.ts";

/** @throws Error that says what the module lacks; the harness has looked at the whole of it already */
export function nodeFactoryOf(exported: object, { bug, module }: Begin): NodeFactory {
  const system: unknown = Reflect.get(exported, "system") ?? Reflect.get(exported, "default");
  if (!isSystem(system)) throw new Error(`${module} exports no system`);
  if (bug === undefined) return (environment, options) => system.node(environment, options);
  const found = system.bugs.find(({ name }) => name === bug);
  if (found === undefined) throw new Error(`the system of ${module} has no bug ${bug}`);
  return found.node ?? ((environment, options) => system.node(environment, options));
}

/** The one decode of modules on this side. */
function isSystem(value: unknown): value is System {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "node") === "function" && Array.isArray(Reflect.get(value, "bugs"));
}
