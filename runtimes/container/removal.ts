// How what a run makes in the engine goes away again: noted before it is made, undone by healers, and swept by label where a harness died without a note.
import type { JsonObject } from "../../harness/json.ts";
import type { Healer, Healing, UndoAction } from "../shared/undo/index.ts";
import { textAt } from "./document.ts";
import { openEngine, unlessMissing, unlessStatus, type Engine } from "./engine.ts";
import { isAbandoned, kindLabel, runOf, type Labels } from "./labels.ts";

/** By name: a name of ours holds the run's id, and is known before the thing is made. */
export function removeContainer(name: string): UndoAction {
  return { kind: "remove-container", data: { name } };
}

export function removeNetwork(name: string): UndoAction {
  return { kind: "remove-network", data: { name } };
}

export function resumeContainer(name: string): UndoAction {
  return { kind: "resume-container", data: { name } };
}

/** For sweeps of undo logs. They touch only what carries our label. */
export const containerHealers: readonly Healer[] = [
  { kind: "remove-container", heal: async (data) => await healing(data, removedContainer) },
  { kind: "remove-network", heal: async (data) => await healing(data, removedNetwork) },
  { kind: "resume-container", heal: async (data) => await healing(data, resumedContainer) },
];

export interface Swept {
  readonly containerCount: number;
  readonly networkCount: number;
}

/** Removes containers, then networks, whose harness is certainly dead. What cannot be removed stays for the next time. */
export async function sweepContainers(engine: Engine): Promise<Swept> {
  const filters = { label: [kindLabel] };
  const containers = (await engine.docker.listContainers({ all: true, filters })).filter(({ Labels: labels }) => isAbandoned(labels));
  let containerCount = 0;
  for (const { Id: id } of containers) if (await isRemoved(engine, id)) containerCount++;
  const networks = (await engine.docker.listNetworks({ filters })).filter(({ Labels: labels }) => isAbandoned(labels ?? {}));
  let networkCount = 0;
  for (const { Id: id } of networks) if ((await unlessStatus(engine.docker.getNetwork(id).remove(), [403, 404, 409])) !== undefined) networkCount++;
  return { containerCount, networkCount };
}

/** Ends it, whatever it does, and removes it. Idempotent; resolves when it has gone. */
export async function removeContainerNow(engine: Engine, name: string): Promise<void> {
  await isRemoved(engine, name);
  // 409 of the removal: somebody else is removing it at this moment.
  await unlessMissing(engine.docker.getContainer(name).wait({ condition: "removed" }));
}

async function isRemoved(engine: Engine, name: string): Promise<boolean> {
  return (await unlessStatus(engine.docker.getContainer(name).remove({ force: true, v: true }), [404, 409])) !== undefined;
}

type Act = (engine: Engine, name: string) => Promise<boolean>;

async function healing(data: JsonObject, act: Act): Promise<Healing> {
  const name = data["name"];
  if (typeof name !== "string" || !/^faultline-[\w.-]+$/.test(name)) return { outcome: "refused", reason: "names nothing of ours" };
  return { outcome: (await act(await openEngine(), name)) ? "healed" : "needless" };
}

async function removedContainer(engine: Engine, name: string): Promise<boolean> {
  const found = await unlessMissing(engine.docker.getContainer(name).inspect());
  if (found === undefined || !isOurs(found.Config.Labels)) return false;
  await removeContainerNow(engine, name);
  return true;
}

async function removedNetwork(engine: Engine, name: string): Promise<boolean> {
  const network = engine.docker.getNetwork(name);
  const found: unknown = await unlessMissing(network.inspect());
  if (textAt(found, "Labels", kindLabel) === "") return false;
  await unlessMissing(network.remove());
  return true;
}

async function resumedContainer(engine: Engine, name: string): Promise<boolean> {
  const container = engine.docker.getContainer(name);
  const found = await unlessMissing(container.inspect());
  if (found === undefined || !isOurs(found.Config.Labels) || !found.State.Paused) return false;
  await unlessStatus(container.unpause(), [404, 409]);
  return true;
}

function isOurs(labels: Labels): boolean {
  return runOf(labels) !== undefined;
}
