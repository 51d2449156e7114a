// The `uuid4` and `uuid7` variants: ids from chance, with or without time in front. No node ever asks another.
import type { Environment, Random } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import { decodeUuid7, uuid4, Uuid7Generator } from "../parts/uuid.ts";
import type { GenerateAnswer, GenerateRequest, IdSource } from "./id-source.ts";

/** A token further ahead of this node's clock than this is not believed: it would drag every id into the future for good. */
const believedAheadMs = 60_000;

/** What both versions share: there is nothing to recover, nothing to ask, nothing to lose. */
abstract class UuidSource implements IdSource {
  protected readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  abstract generate(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void;

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  handlePeer(): boolean {
    return false;
  }

  isReady(): boolean {
    return true;
  }

  inspect(): JsonObject {
    return { role: "generator" };
  }

  /** Chance that no other incarnation of any node shares. */
  protected chance(): Random {
    return this.environment.random.fork("uuid");
  }
}

/** Unique, nothing more: ids are in no order, and a token cannot be honoured, so it is not looked at. */
export class Uuid4Source extends UuidSource {
  private readonly random: Random = this.chance();

  generate({ count }: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    done({ kind: "ids", ids: Array.from({ length: count }, () => uuid4(this.random)), holding: null });
  }
}

/** Unique, growing on each node, and above every token. */
export class Uuid7Source extends UuidSource {
  private readonly generator: Uuid7Generator = this.createGenerator();

  generate({ count, after }: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    const token = after === null ? null : decodeUuid7(after);
    if (after !== null && token === null) return done({ kind: "bad-token" });
    const wallMs = this.environment.clock.wall();
    if (token !== null && token.timeMs > wallMs + believedAheadMs) return done({ kind: "refused", reason: "token-ahead", isEntitled: false });
    done({ kind: "ids", ids: Array.from({ length: count }, () => this.generator.next(wallMs, token)), holding: null });
  }

  protected createGenerator(): Uuid7Generator {
    return new Uuid7Generator(this.chance());
  }
}
