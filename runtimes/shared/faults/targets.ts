// Whom a fault hits: target expressions over members. The same meaning as in simulation. For the faults port.
import type { Target } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Member } from "../cluster/member.ts";

export interface TargetContext {
  /** All nodes, in order. */
  readonly members: readonly Member[];
  /** The node whose mark fired the fault. */
  readonly marker: NodeName | undefined;
  /** Asks a living node for its state, within a limit. */
  readonly inspect: (member: Member) => Promise<JsonObject>;
}

/** The nodes that an expression means now, in order; unknown names mean nobody, roles only nodes that live. */
export async function resolveTarget(target: Target, context: TargetContext): Promise<readonly Member[]> {
  const { members, marker } = context;
  if ("nodes" in target) return members.filter(({ name }) => target.nodes.includes(name));
  if ("role" in target) return (await inRole(target.role, context)).slice(0, target.count);
  if ("self" in target) return members.filter(({ name }) => name === marker);
  if ("all" in target) return members;
  const spared = await resolveTarget(target.others, context);
  return members.filter((member) => !spared.includes(member)).slice(0, target.count);
}

/** All are asked at once: a role is to be as fresh as it can be. */
async function inRole(role: string, { members, inspect }: TargetContext): Promise<readonly Member[]> {
  const living = members.filter((member) => member.running !== undefined);
  const states = await Promise.all(living.map(inspect));
  // Who died while we asked has no role any more.
  return living.filter((member, index) => states[index]?.["role"] === role && member.running !== undefined);
}
