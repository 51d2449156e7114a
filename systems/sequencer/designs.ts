// The designs by the name of their variant.
import type { Environment } from "../../harness/environment.ts";
import type { NodeOptions } from "../../harness/system.ts";
import { BlockSource } from "./central-block.ts";
import { CentralSource } from "./central.ts";
import { HybridSource } from "./hybrid.ts";
import type { IdSource } from "./id-source.ts";
import { SnowflakeSource } from "./snowflake.ts";
import { Uuid4Source, Uuid7Source } from "./uuid.ts";

export const sources: Readonly<Record<string, (environment: Environment, options: NodeOptions) => IdSource>> = {
  central: (environment, options) => new CentralSource(environment, options),
  "central-block": (environment, options) => new BlockSource(environment, options),
  snowflake: (environment, options) => new SnowflakeSource(environment, options),
  uuid4: (environment) => new Uuid4Source(environment),
  uuid7: (environment) => new Uuid7Source(environment),
  hlc: (environment, options) => new HybridSource(environment, options),
};
