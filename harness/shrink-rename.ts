// The same events under simpler names: fewer nodes, clients without gaps, small values, ids in order. For `shrink-simplify.ts`.
import type { Link, PlannedFault, Target, When } from "./faults.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Input, NodeName } from "./operation.ts";
import type { Plan, ScriptedOperation } from "./plan.ts";

/** What a node is called in the smaller cluster; undefined if it is gone. */
type Rename = (name: NodeName) => NodeName | undefined;

/**
 * Clusters of 1, 2, 3, 5, 7 ... nodes, the smallest first: once with the nodes that are named in the script moved to the
 * front, if there is room for all of them, once with the nodes at the end cut off, and all that named only them.
 */
export function* fewerNodes(plan: Plan): Iterable<Plan> {
  const named = namedNodes(plan);
  for (const nodes of [1, 2, 3, 5, 7, 9, 13, 17]) {
    if (nodes >= plan.nodes) return;
    const isMoveNeeded = named.some((name) => positionOf(name) > nodes);
    if (isMoveNeeded && named.length <= nodes) yield withNodes(plan, nodes, (name) => moved(name, named));
    yield withNodes(plan, nodes, (name) => (positionOf(name) <= nodes ? name : undefined));
  }
}

function withNodes(plan: Plan, nodes: number, rename: Rename): Plan {
  const { script } = plan;
  if (script === undefined) return { ...plan, nodes };
  const operations = script.operations.flatMap((operation) => {
    const node = operation.node === undefined ? undefined : rename(operation.node);
    if (operation.node !== undefined && node === undefined) return [];
    return [node === undefined ? operation : { ...operation, node }];
  });
  return { ...plan, nodes, script: { operations, faults: script.faults.flatMap((fault) => renamedFault(fault, rename)) } };
}

/** The nodes that the script names, in order of their numbers. */
function namedNodes(plan: Plan): readonly NodeName[] {
  const names = new Set<NodeName>();
  const note: Rename = (name) => {
    if (positionOf(name) > 0) names.add(name);
    return name;
  };
  withNodes(plan, plan.nodes, note);
  return [...names].toSorted((a, b) => positionOf(a) - positionOf(b));
}

/** The number at the end of a node's name, from 1; hosts of clients and names without a number always stay. */
function positionOf(name: NodeName): number {
  return name.startsWith("client-") ? 0 : Number(/[0-9]+$/.exec(name)?.[0] ?? 0);
}

function moved(name: NodeName, named: readonly NodeName[]): NodeName {
  const position = named.indexOf(name);
  return position < 0 ? name : name.replace(/[0-9]+$/, String(position + 1));
}

/** The fault for those nodes that are left; none if it had named only others. */
function renamedFault(fault: PlannedFault, rename: Rename): PlannedFault[] {
  const targets = renamedTarget(fault.targets, rename);
  const when = renamedWhen(fault.when, rename);
  if (targets === undefined || when === undefined) return [];
  if (fault.kind !== "partition" || fault.params.links === undefined) return [{ ...fault, targets, when }];
  const links = fault.params.links.flatMap((link) => renamedLink(link, rename));
  return links.length === 0 ? [] : [{ ...fault, targets, when, params: { ...fault.params, links } }];
}

function renamedTarget(target: Target, rename: Rename): Target | undefined {
  if ("others" in target) {
    const others = renamedTarget(target.others, rename);
    return others === undefined ? undefined : { ...target, others };
  }
  if (!("nodes" in target)) return target;
  const nodes = target.nodes.flatMap((name) => rename(name) ?? []);
  // Partitions by explicit links may have no targets of their own.
  return nodes.length === 0 && target.nodes.length > 0 ? undefined : { nodes };
}

function renamedWhen(when: When, rename: Rename): When | undefined {
  if (!("mark" in when) || when.node === "any") return when;
  const node = rename(when.node);
  return node === undefined ? undefined : { ...when, node };
}

function renamedLink(link: Link, rename: Rename): Link[] {
  const [from, to] = [rename(link.from), rename(link.to)];
  return from === undefined || to === undefined ? [] : [{ from, to }];
}

/** Client slots without gaps, and as many clients as there are slots in use; the lives of a slot stay its lives. */
export function* renumberedClients(plan: Plan): Iterable<Plan> {
  const { script, clients } = plan;
  if (script === undefined) return;
  const slots = [...new Set(script.operations.map((operation) => operation.process % clients))].toSorted((a, b) => a - b);
  const count = Math.max(1, slots.length);
  const closedUp = (process: number): number => slots.indexOf(process % clients) + Math.floor(process / clients) * count;
  if (count >= clients) return;
  const operations = script.operations.map((operation) => ({ ...operation, process: closedUp(operation.process) }));
  yield { ...plan, clients: count, script: { ...script, operations } };
}

/** Values of operations as "1", "2", "3" in order of appearance, equal ones equal; members `f` and references stay. Keys too. */
export function* renumberedValues(plan: Plan): Iterable<Plan> {
  const { script } = plan;
  if (script === undefined) return;
  const names = new Map<string, string>();
  const operations = script.operations.map((operation) => ({ ...operation, input: renamedInput(operation.input, names) }));
  const isChanged = [...names].some(([from, to]) => from !== to);
  if (isChanged) yield { ...plan, script: { ...script, operations } };
}

function renamedInput(input: Input, names: Map<string, string>): Input {
  const { f, ...rest } = input;
  return { ...renamedMembers(rest, names), f };
}

function renamedMembers(object: JsonObject, names: Map<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, renamed(value, names)]));
}

/** Only strings that are numbers with dots ("3.17"), which generators make unique; words may mean something. */
function renamed(value: Json, names: Map<string, string>): Json {
  if (typeof value === "string") return /^[0-9]+(\.[0-9]+)*$/.test(value) ? numbered(value, names) : value;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((inner) => renamed(inner, names));
  return "$from" in value ? value : renamedMembers(value, names);
}

function numbered(value: string, names: Map<string, string>): string {
  const known = names.get(value) ?? String(names.size + 1);
  names.set(value, known);
  return known;
}

/** Operations 0, 1, 2 ... in order of time within their phases, faults f1, f2 ...; references follow. */
export function* renumberedIds(plan: Plan): Iterable<Plan> {
  const { script } = plan;
  if (script === undefined) return;
  const ids = new Map(script.operations.map((operation, index) => [operation.id, index]));
  const operations = script.operations.map((operation, index): ScriptedOperation => ({ ...operation, id: index, input: referring(operation.input, ids) }));
  const faults = script.faults.map((fault, index): PlannedFault => ({ ...fault, id: `f${index + 1}` }));
  const isChanged =
    operations.some((operation, index) => operation.id !== script.operations[index]?.id) ||
    faults.some((fault, index) => fault.id !== script.faults[index]?.id);
  if (isChanged) yield { ...plan, script: { operations, faults } };
}

function referring(input: Input, ids: ReadonlyMap<number, number>): Input {
  return { ...referringMembers(input, ids), f: input.f };
}

function referringMembers(object: JsonObject, ids: ReadonlyMap<number, number>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, key === "$from" ? (ids.get(Number(value)) ?? value) : referringValue(value, ids)]),
  );
}

function referringValue(value: Json, ids: ReadonlyMap<number, number>): Json {
  if (typeof value !== "object" || value === null) return value;
  return isList(value) ? value.map((inner) => referringValue(inner, ids)) : referringMembers(value, ids);
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
