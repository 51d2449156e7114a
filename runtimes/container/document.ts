// Members of a document that came from outside (an engine's answer, a package.json): looked at as something unknown. The decode boundary of this folder.

/** Follows the names into objects; undefined where there is no such member. */
export function memberAt(document: unknown, ...path: readonly string[]): unknown {
  return path.reduce((value, name) => (isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined), document);
}

/** The text there; empty if there is none. */
export function textAt(document: unknown, ...path: readonly string[]): string {
  const value = memberAt(document, ...path);
  return typeof value === "string" ? value : "";
}

/** Names of the members of the object there. */
export function namesAt(document: unknown, ...path: readonly string[]): readonly string[] {
  const value = memberAt(document, ...path);
  return isObject(value) ? Object.keys(value) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
