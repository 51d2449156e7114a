// The replicated state of the key-value store: keys, leases, locks. Deterministic: no clock, no chance.
import type { Json } from "../../harness/json.ts";
import type { StateMachine } from "../parts/replica.ts";
import type { KvCommand, KvOutput } from "./commands.ts";
import { KeySpace, type SavedKeySpace } from "./key-space.ts";
import { Locks, type SavedLocks } from "./locks.ts";

type SavedMachine = {
  readonly keys: SavedKeySpace;
  readonly locks: SavedLocks;
};

export class KvMachine implements StateMachine {
  readonly keys: KeySpace;
  readonly locks: Locks;

  /** `historyLimit`: how many changes are kept for watchers. */
  constructor(historyLimit: number) {
    this.keys = new KeySpace(historyLimit);
    this.locks = this.createLocks();
  }

  apply(command: Json): Json {
    // Only nodes of this system propose, through `requests.ts`.
    return this.execute(command as unknown as KvCommand);
  }

  snapshot(): Json {
    const saved: SavedMachine = { keys: this.keys.snapshot(), locks: this.locks.snapshot() };
    return saved;
  }

  restore(snapshot: Json): void {
    // The shape is that of `snapshot` above; checksums vouch for it.
    const saved = snapshot as unknown as SavedMachine;
    this.keys.restore(saved.keys);
    this.locks.restore(saved.locks);
  }

  protected createLocks(): Locks {
    return new Locks();
  }

  protected execute(command: KvCommand): KvOutput {
    switch (command.kind) {
      case "put":
        return this.changed(this.keys.put(command.key, command.value));
      case "delete":
        return this.changed(this.keys.delete(command.key));
      case "cas":
        return this.matches(command) ? this.changed(this.keys.put(command.key, command.value)) : this.refused();
      case "grant":
        return { ...this.unchanged(true), lease: this.locks.grant(command.ttlMs).id };
      case "renew":
        return this.unchanged(this.locks.renew(command.lease));
      case "revoke":
        return this.unchanged(this.locks.end(command.lease));
      case "expire":
        return this.unchanged(this.locks.end(command.lease, command.renewal));
      case "acquire":
        return this.acquire(command);
      case "release":
        this.locks.release(command.name, command.fence);
        return this.unchanged(true);
      case "store":
        return this.unchanged(this.locks.store(command.name, command.fence, command.value));
    }
  }

  private matches({ key, expected }: Extract<KvCommand, { kind: "cas" }>): boolean {
    const found = this.keys.find(key);
    return "value" in expected ? (found?.value ?? null) === expected.value : (found?.revision ?? 0) === expected.revision;
  }

  private acquire({ name, lease, ttlMs }: Extract<KvCommand, { kind: "acquire" }>): KvOutput {
    if (lease !== null && !this.locks.isAlive(lease)) return this.refused();
    const held = lease ?? this.locks.grant(ttlMs).id;
    const fence = this.locks.acquire(name, held);
    if (fence === null && lease === null) this.locks.end(held);
    return fence === null ? this.refused() : { ...this.unchanged(true), lease: held, fence };
  }

  private changed(revision: number | null): KvOutput {
    return { ...this.unchanged(true), revision: revision ?? this.keys.revision, changed: revision !== null };
  }

  private refused(): KvOutput {
    return this.unchanged(false);
  }

  private unchanged(done: boolean): KvOutput {
    return { done, revision: this.keys.revision, changed: false, lease: null, fence: null };
  }
}
