// Power cuts, wipes, bit rot, and the switches of the disk layer, over members. For the effects of faults.
import type { NodeName } from "../../../harness/operation.ts";
import type { Member } from "../cluster/member.ts";
import { cutPower, rotBits, settleSwitches, wipeDisk } from "../disk/index.ts";
import type { DiskSwitch } from "../wire/control.ts";
import type { ActiveFault } from "./active-fault.ts";
import { findRot, restoreRot, type RottenByte } from "./rotten-bytes.ts";
import { together, Turns } from "./turns.ts";

/** What a power cut destroyed, in the words of the disk layer; other figures of a cut are for the record only. */
const losses: readonly string[] = ["lostWrites", "lostNames", "tornWrites"];

export class DiskFaults {
  /** Nobody changes a disk's files while somebody else does. */
  readonly #turns = new Turns();
  readonly #switches = new Map<NodeName, Map<ActiveFault, DiskSwitch>>();
  /** Those of `#switches` that are lifted, but not surely undone. */
  readonly #lifted = new Set<ActiveFault>();
  readonly #rot = new Map<ActiveFault, ReadonlyMap<Member, readonly RottenByte[] | undefined>>();

  /** What was not fsynced is gone. All victims must be held down and dead. */
  async cutPower(active: ActiveFault, isTorn: boolean): Promise<void> {
    await together(active.victims.map((member) => this.#turns.take(member.name, () => this.#cut(active, member, isTorn))));
  }

  /** All victims must be held down and dead. */
  async wipe(active: ActiveFault): Promise<void> {
    await together(
      active.victims.map((member) =>
        this.#turns.take(member.name, async () => {
          await wipeDisk(member.machine.diskDirectory);
          active.affect("wipedDisks");
        }),
      ),
    );
  }

  /** Of nodes that run as well: they stand still meanwhile, so that what rots can be told from what they write. */
  async rot(active: ActiveFault, sectorCount: number): Promise<void> {
    await together(
      active.victims.map((member) =>
        this.#turns.take(member.name, async () => {
          const { diskDirectory } = member.machine;
          const random = active.random.fork(member.name);
          const rot = (): ReturnType<typeof rotBits> => rotBits(diskDirectory, { sectorCount, random });
          const { bytes, hit } = await standingStill(member, () => findRot(diskDirectory, rot));
          for (const [name, count] of Object.entries(hit)) active.affect(name, count);
          this.#rot.set(active, new Map(this.#rot.get(active)).set(member, bytes));
          if (bytes === undefined) active.noteOf("rotStays", member.name, "its files are too large to be compared");
        }),
      ),
    );
  }

  /** What was not written since is sound again. Answers the victims without damage. Can be repeated after a failure. */
  async restore(active: ActiveFault): Promise<readonly NodeName[]> {
    const rotten = this.#rot.get(active) ?? new Map<Member, readonly RottenByte[] | undefined>();
    await together(
      [...rotten].map(([member, bytes = []]) =>
        this.#turns.take(member.name, async () => {
          const restore = (): Promise<number> => Promise.resolve(restoreRot(member.machine.diskDirectory, bytes));
          active.count("restoredBytes", await standingStill(member, restore));
        }),
      ),
    );
    this.#rot.delete(active);
    return active.victims.flatMap((member) => (rotten.has(member) && rotten.get(member) === undefined ? [] : [member.name]));
  }

  /** Also for every later incarnation. */
  async begin(active: ActiveFault, diskSwitch: DiskSwitch): Promise<void> {
    await together(
      active.victims.map(async (member) => {
        this.#of(member).set(active, diskSwitch);
        const confirmation = await member.setDisk(this.#switchesOf(member));
        if (confirmation === undefined && member.running !== undefined) active.noteOf("unconfirmed", member.name, true);
      }),
    );
  }

  /** A disk that lied now keeps its promises, also that of a dead node. Can be repeated after a failure; does nothing for other faults. */
  async end(active: ActiveFault): Promise<void> {
    const concerned = active.victims.filter((member) => this.#of(member).has(active));
    this.#lifted.add(active);
    await together(concerned.map((member) => this.#endFor(active, member)));
    this.#lifted.delete(active);
  }

  async #endFor(active: ActiveFault, member: Member): Promise<void> {
    const confirmation = await member.setDisk(this.#switchesOf(member));
    if (confirmation === undefined && isAwake(member)) throw new Error(`${member.name} did not confirm that its disk is whole again`);
    if (confirmation === undefined) await this.#settle(member);
    this.#of(member).delete(active);
  }

  /** Nothing runs that could keep the disk's promises; nothing may start while they are kept. */
  async #settle(member: Member): Promise<void> {
    const holder = "settling its disk";
    member.hold(holder);
    try {
      await this.#turns.take(member.name, async () => {
        if (member.running === undefined) await settleSwitches(member.machine.diskDirectory, this.#switchesOf(member));
      });
    } finally {
      await member.release(holder);
    }
  }

  async #cut(active: ActiveFault, member: Member, isTorn: boolean): Promise<void> {
    const tearing = [...this.#of(member)].flatMap(([other, { kind }]) => (kind === "torn-write" && !this.#lifted.has(other) ? [other] : []));
    tearing[0]?.affect("tornPowerCuts");
    const mayTear = isTorn || tearing.length > 0;
    const { machine } = member;
    const lost =
      machine.cutPower === undefined
        ? await cutPower(machine.diskDirectory, { torn: mayTear, random: active.random.fork(member.name) })
        : (await machine.cutPower()).detail;
    if (mayTear && machine.cutPower !== undefined) active.noteOf("notTorn", member.name, "a cut below a file system tears no writes");
    for (const [name, count] of Object.entries(lost)) {
      if (losses.includes(name)) active.affect(name, count);
      else active.count(name, count);
    }
  }

  #switchesOf(member: Member): readonly DiskSwitch[] {
    return [...this.#of(member)].flatMap(([active, each]) => (this.#lifted.has(active) ? [] : [each]));
  }

  #of({ name }: Member): Map<ActiveFault, DiskSwitch> {
    let switches = this.#switches.get(name);
    if (switches === undefined) this.#switches.set(name, (switches = new Map()));
    return switches;
  }
}

/** It could have answered. */
function isAwake(member: Member): boolean {
  return member.running !== undefined && member.state().status === "up";
}

/** Acts on a node's files while nothing of it runs. */
async function standingStill<T>(member: Member, act: () => Promise<T>): Promise<T> {
  const holder = "its disk is at work";
  member.hold(holder);
  try {
    await member.pause(holder);
    try {
      return await act();
    } finally {
      await member.resume(holder);
    }
  } finally {
    await member.release(holder);
  }
}
